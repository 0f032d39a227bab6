import {Args, Flags} from '@oclif/core'
import {COLOR_MODES, OUTPUT_FORMATS} from '../lib/config/config.js'

const GLOBAL = 'GLOBAL'

/** Flags of every command. They carry no defaults: what is not given is looked up in the configuration. */
export const globalFlags = {
  output: Flags.string({
    char: 'o',
    options: OUTPUT_FORMATS,
    helpGroup: GLOBAL,
    helpValue: 'FORMAT',
    description: `${OUTPUT_FORMATS.join(', ')}; pretty on a terminal and jsonl in a pipe unless given`,
  }),
  json: Flags.boolean({description: 'The same as --output json', helpGroup: GLOBAL}),
  color: Flags.string({
    options: COLOR_MODES,
    helpGroup: GLOBAL,
    helpValue: 'WHEN',
    description: 'Colours: auto, always or never; NO_COLOR is respected',
  }),
  quiet: Flags.boolean({char: 'q', description: 'Only results and errors, no talk on stderr', helpGroup: GLOBAL}),
  verbose: Flags.boolean({char: 'v', description: 'Say more on stderr, and where a fault happened', helpGroup: GLOBAL}),
  config: Flags.string({description: 'Read this configuration file', helpGroup: GLOBAL, helpValue: 'FILE'}),
  profile: Flags.string({description: 'Use this profile of the configuration', helpGroup: GLOBAL, helpValue: 'NAME'}),
  'data-dir': Flags.string({description: 'Keep everything in this folder', helpGroup: GLOBAL, helpValue: 'DIR'}),
}

/** Flags of commands that reach the bus. */
export const busFlags = {
  bus: Flags.string({
    description: 'embedded, kafka, remote, or the brokers as host:port,…',
    helpGroup: GLOBAL,
    helpValue: 'BUS',
  }),
}

/** Flags of commands that reach the store. */
export const storeFlags = {
  store: Flags.string({
    description: 'embedded, elasticsearch, remote, or the URL of Elasticsearch',
    helpGroup: GLOBAL,
    helpValue: 'STORE',
  }),
}

/** A positional argument that may be left out. (Without `ignoreStdin` oclif reads stdin for one that is not given.) */
export function argument(options: {description: string}) {
  return Args.string({...options, ignoreStdin: true})
}

/** A positional argument that must be given. */
export function requiredArgument(options: {description: string}) {
  return Args.string({...options, required: true, ignoreStdin: true})
}

/** Any number of positional arguments. */
export function listArgument(options: {description: string}) {
  return Args.string({...options, multiple: true, ignoreStdin: true})
}

/** A flag that may be given several times. (Without `multipleNonGreedy` it swallows the arguments after it.) */
export function listFlag(options: {
  description: string
  char?: 'f' | 's' | 'l'
  helpValue?: string
  helpGroup?: string
}) {
  return Flags.string({...options, multiple: true, multipleNonGreedy: true})
}
