import {Command, Flags} from '@oclif/core'
import {type Context, openContext} from '../cli/context.js'
import {type DemoFolder, openDemoFolder} from '../cli/demo/folder.js'
import {guide, type StepRow, say} from '../cli/demo/guide.js'
import {isWatched} from '../cli/demo/keys.js'
import {globalFlags} from '../cli/global-flags.js'
import {UsageError} from '../cli/show-error.js'
import {showRows} from '../cli/show-result.js'
import {folderText} from '../lib/output/demo-view.js'

export default class Demo extends Command {
  static override summary = 'See it work: an incident, its alert, and how its cause is found, in under a minute'
  static override description =
    'Makes up the logs of a shop in which a deploy goes wrong, ships and processes them, lets an alert open, and walks through search, patterns, a trace, the alert and the live screen, with the commands that you would type. Nothing of yours is read or changed: it works in a temporary folder with settings of its own, and deletes it at the end, also when it is interrupted or fails. On a terminal, Enter goes on and q leaves; elsewhere, and with --yes, it runs through. Programs (-o jsonl) get one object a step: command, exit_code, seconds.'
  static override examples = [
    '<%= config.bin %> demo',
    '<%= config.bin %> demo --yes',
    '<%= config.bin %> demo --keep',
    '<%= config.bin %> demo --output jsonl',
  ]
  static override flags = {
    yes: Flags.boolean({char: 'y', description: 'Run through without waiting for Enter'}),
    keep: Flags.boolean({description: 'Leave the folder, and say how to go on with it'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Demo)
    const folder = openDemoFolder(process.env)
    try {
      const context = await openContext(flags, {env: folder.env, cwd: folder.path})
      refuseOwn(flags)
      if (flags.keep) folder.keep()
      // A terminal that was closed is an end like another, and so is ctrl-\.
      for (const name of ['SIGHUP', 'SIGQUIT']) process.once(name, () => process.emit('SIGTERM'))
      context.watchOutput()
      const kept = flags.keep ? folder.dataDir : undefined
      const {format} = context
      if (format !== 'pretty') {
        await runForPrograms(context, folder)
        if (kept) context.talk.note(`kept: ${folder.path}`)
        return
      }
      await guide({context, folder, keep: flags.keep, asks: !flags.yes && isWatched()})
      folder.remove()
      await say(context, folderText(folder.path, kept))
    } finally {
      folder.remove()
    }
  }
}

const COLUMNS = ['step', 'title', 'command', 'exit_code', 'seconds'].map((title) => ({title}))

/** One object a step, in jsonl as soon as it is done. */
async function runForPrograms(context: Context, folder: DemoFolder): Promise<void> {
  const rows: StepRow[] = []
  const soon = context.format === 'jsonl'
  const onStep = async (row: StepRow) => {
    if (soon) await showRows(context, [row], COLUMNS)
    else rows.push(row)
  }
  try {
    await guide({context, folder, keep: false, asks: false, onStep})
  } finally {
    if (!soon) await showRows(context, rows, COLUMNS)
  }
}

/** What would lead to the user's own settings or data. */
function refuseOwn(flags: Record<string, unknown>): void {
  const given = ['config', 'profile', 'data-dir'].find((name) => flags[name] !== undefined)
  if (given === undefined) return
  throw new UsageError(`the demo works in a folder of its own, without --${given}`, [
    'logflow demo --keep  to go on with that folder afterwards',
  ])
}
