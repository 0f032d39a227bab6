import {Command} from '@oclif/core'
import {openContext} from '../cli/context.js'
import {globalFlags} from '../cli/global-flags.js'
import {pipelineFlags} from '../cli/pipeline-flags.js'
import {showResult} from '../cli/show-result.js'
import {openApp} from '../lib/compose.js'
import {type Answer, type BusStatus, pipelineStatus, type StoreStatus} from '../lib/flows/pipeline-status.js'
import {statusView} from '../lib/output/status-view.js'

export default class Status extends Command {
  static override summary = 'Show the pipeline at a glance: bus, lag, store'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json']
  static override flags = {...pipelineFlags, ...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(Status)
    const context = await openContext(flags)
    const {topic, group} = context.config
    await using app = openApp(context.config, context.talk.detail)
    const {bus, store} = await pipelineStatus({bus: app.bus, store: app.store, topic, group})
    const result = {bus: plain(bus, busPart), store: plain(store, storePart)}
    await showResult(context, result, () => statusView(result, {screen: context.screen, now: new Date()}))
    const failed = [bus, store].find((answer) => !answer.ok)
    if (failed && !failed.ok) throw failed.error
  }
}

/** An answer as it is shown and printed as JSON: the error as one line. */
function plain<T, P extends object>(answer: Answer<T>, part: (value: T) => P): P | {error: string} {
  return answer.ok ? part(answer.value) : {error: answer.error.message}
}

function busPart({deadLetters, deadLettersAtMost, ...bus}: BusStatus) {
  return {...bus, dead_letters: deadLetters, ...(deadLettersAtMost ? {dead_letters_at_most: true} : {})}
}

function storePart({lastStored, ...store}: StoreStatus) {
  return {...store, ...(lastStored === undefined ? {} : {last_stored: lastStored})}
}
