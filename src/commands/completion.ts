import {basename} from 'node:path'
import {Command} from '@oclif/core'
import {INSTALL, SCRIPTS, SHELLS, type Shell} from '../cli/complete/shell-scripts.js'
import {openContext} from '../cli/context.js'
import {argument, globalFlags} from '../cli/global-flags.js'
import {UsageError} from '../cli/show-error.js'

export default class Completion extends Command {
  static override summary = 'Print the script that completes logflow’s words in a shell'
  static override description =
    'Completes commands, flags and their values, with real ones: services that have logged, alert rules, profiles, accounts, saved searches, fields and values inside a query. On a terminal it also says how to have it in every new shell.'
  static override examples = [
    '<%= config.bin %> completion bash > logflow.bash',
    '<%= config.bin %> completion zsh > _logflow',
    '<%= config.bin %> completion fish > logflow.fish',
  ]
  static override args = {
    shell: argument({description: `${SHELLS.join(', ')}; that of $SHELL unless given`}),
  }
  static override flags = globalFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Completion)
    const context = await openContext({...flags, 'config-may-be-missing': true})
    const shell = shellOf(args.shell, process.env.SHELL)
    await context.out.write(SCRIPTS[shell])
    await context.out.end()
    if (context.screen.isTerminal) for (const line of INSTALL[shell]) context.talk.note(line)
  }
}

function shellOf(asked: string | undefined, ownPath: string | undefined): Shell {
  const name = asked ?? basename(ownPath ?? '')
  const known = SHELLS.find((shell) => shell === name)
  if (known) return known
  const which =
    asked === undefined ? 'it is not known which shell this is' : `there is no completion for ${JSON.stringify(asked)}`
  throw new UsageError(
    which,
    SHELLS.map((shell) => `logflow completion ${shell}`),
  )
}
