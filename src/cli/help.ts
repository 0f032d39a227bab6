import {CommandHelp, Help, type Interfaces} from '@oclif/core'
import {openSink} from '../lib/output/sink.js'
import {openOclif} from './oclif-config.js'
import {rootText} from './root-help.js'
import type {Package} from './run.js'

/** The usage line names the arguments; the flags are listed right below it. */
class BriefUsage extends CommandHelp {
  /** Those with a short name first: oclif takes the indent off a list that begins with one that has none. */
  protected override flags(flags: Parameters<CommandHelp['flags']>[0]): ReturnType<CommandHelp['flags']> {
    return super.flags([...flags.filter(({char}) => char), ...flags.filter(({char}) => !char)])
  }

  /** All of it: oclif shows the last line alone where the summary stands above. An indented line stays as it is. */
  protected override description(): string | undefined {
    const lines = this.command.description?.split('\n')
    return lines?.map((line) => (line.startsWith(' ') ? line : this.wrap(line))).join('\n')
  }

  protected override defaultUsage(): string {
    const args = Object.values(this.command.args as Record<string, Interfaces.Arg<unknown> & {multiple?: boolean}>)
    const names = args.map(({name, required, multiple}) => {
      const text = `${name.toUpperCase()}${multiple ? '...' : ''}`
      return required ? text : `[${text}]`
    })
    return [...names, '[FLAGS]'].join(' ')
  }
}

class LogflowHelp extends Help {
  protected override CommandHelpClass = BriefUsage
}

/** Where output is not a terminal: as wide as help is at most. */
const WIDTH = 80
const WIDEST = 120

/** Shows help on a command, a topic, or everything. */
export async function showHelp(subject: string | undefined, pack: Package): Promise<void> {
  if (subject === undefined) {
    const columns = process.stdout.isTTY ? process.stdout.columns || WIDTH : WIDTH
    process.stdout.removeAllListeners('error')
    const out = openSink(process.stdout)
    await out.write(`${rootText(pack.pjson, pack.manifest, Math.min(columns, WIDEST))}\n`)
    return out.end()
  }
  const config = await openOclif(pack)
  const help = new LogflowHelp(config, {flagSortOrder: 'none', hideCommandSummaryInDescription: true})
  await help.showHelp(subject.split(':'))
}
