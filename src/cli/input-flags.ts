import {Flags} from '@oclif/core'
import {FORMAT_NAMES} from '../lib/parse/formats/index.js'
import {listFlag} from './global-flags.js'

/** Flags of commands that read log files. */
export const inputFlags = {
  service: Flags.string({char: 's', description: 'Service of records that name none', helpValue: 'NAME'}),
  format: Flags.string({
    description: `Take every line as this format: ${FORMAT_NAMES.join(', ')}`,
    options: [...FORMAT_NAMES],
    helpValue: 'FORMAT',
  }),
  field: listFlag({description: 'Attribute for every record, name=value; may be repeated', helpValue: 'K=V'}),
  timezone: Flags.string({
    description: 'Zone of times that name none, unless given the one of this machine',
    helpValue: 'ZONE',
  }),
  multiline: Flags.boolean({description: 'Join stack traces to their line', default: true, allowNo: true}),
  force: Flags.boolean({description: 'Read files that do not look like text, too'}),
}
