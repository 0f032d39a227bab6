import {Command} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {globalFlags, listArgument} from '../cli/global-flags.js'
import {inputFlags} from '../cli/input-flags.js'
import {openInputs, tellSkipped} from '../cli/open-inputs.js'
import {openRecordWriter, recordFlags} from '../cli/record-flags.js'
import {parseUnits} from '../lib/flows/parse-units.js'
import {firstFailure} from '../lib/sources/input.js'

export default class Parse extends Command {
  static override summary = 'Show what each line would become, without storing anything'
  static override description =
    'Reads as ship does, with the same parsers: to see which fields are found, and what --format or --multiline change. A line that no parser knows is kept whole. Nothing is sent, and no server is asked.'
  static override examples = [
    '<%= config.bin %> parse app.log',
    '<%= config.bin %> parse /var/log/nginx/access.log -o jsonl --fields @timestamp,level,message',
    'kubectl logs deploy/shop | <%= config.bin %> parse - --json',
  ]
  static override args = {files: listArgument({description: 'Files, patterns, folders, or - for stdin'})}
  static override flags = {...inputFlags, ...recordFlags, ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Parse)
    const context = await openContext(flags)
    const {sources, problems} = await openInputs(context, args.files, flags)
    const writer = openRecordWriter(context, flags)
    for await (const records of parseUnits(sources)) {
      for (const record of records) {
        const waiting = writer.write(record)
        if (waiting) await waiting
      }
    }
    await writer.end()
    const all = [...problems, ...sources.problems]
    tellSkipped(context, all)
    const failure = firstFailure(all)
    if (failure) throw failure
  }
}
