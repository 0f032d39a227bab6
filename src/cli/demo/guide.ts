import type {StdioOptions} from 'node:child_process'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {Interrupted} from '../../lib/flows/patience.js'
import {commandText, introText, outroText, plainCommand, stepText} from '../../lib/output/demo-view.js'
import type {Context} from '../context.js'
import type {DemoFolder} from './folder.js'
import {waitForEnter} from './keys.js'
import {commandFailed, type Ended, runCommand} from './run-command.js'
import {DEMO_STEPS, type DemoQuestion, type DemoStep, OWN_LOGS} from './steps.js'

/** One step as a program is told of it. */
export interface StepRow {
  step: string
  title: string
  command: string
  /** null where it was not run: it needs a terminal. */
  exit_code: number | null
  seconds: number
}

export interface Tour {
  context: Context
  folder: DemoFolder
  /** Somebody is asked between the steps. */
  asks: boolean
  keep: boolean
  /** Called after each step. With it, nothing is shown. */
  onStep?: (row: StepRow) => Promise<void> | void
  steps?: readonly DemoStep[]
}

/**
 * Goes through the steps, each a process of its own, and shows them. Resolves to false where the user left before the
 * end. Rejects with the exit status of a step that fails, and with Interrupted.
 */
export async function guide(tour: Tour): Promise<boolean> {
  const {context, folder, keep, steps = DEMO_STEPS} = tour
  const {screen} = context
  const facts: Record<string, string> = {}
  let ms = 0
  await tell(tour, introText(folder.path, keep, screen))
  for (const [index, step] of steps.entries()) {
    const words = step.words(facts)
    await tell(tour, stepText({...step, index: index + 1, of: steps.length}, screen) + commandText(words, screen))
    if (step.wholeScreen) {
      if (!tour.asks) {
        await tour.onStep?.(rowOf(step, words))
        continue
      }
      if (!(await goOn(tour, 'opens it'))) return false
    }
    const ended = await runCommand(words, stdioOf(tour, step), placeOf(tour))
    await tour.onStep?.(rowOf(step, words, ended))
    if (ended.status !== 0) throw commandFailed(plainCommand(words), ended)
    const asked = step.asks && (await ask(tour, step.asks))
    if (asked) facts[step.name] = asked.answer
    if (!step.wholeScreen) ms += (ended.seconds + (asked?.seconds ?? 0)) * 1000
    const next = steps[index + 1]
    if (step.pause && next && !(await goOn(tour, `goes on: ${next.title}`))) return false
  }
  await tell(tour, outroText({ms, own: OWN_LOGS}, screen))
  return true
}

/** For whoever watches, only on a terminal; a signal is no answer. */
async function goOn({context, asks}: Tour, what: string): Promise<boolean> {
  if (!asks) return true
  const answer = await waitForEnter(what, context)
  if (context.signal.aborted) throw new Interrupted('the demo was interrupted')
  return answer === 'go on'
}

async function tell({context, onStep}: Tour, text: string): Promise<void> {
  if (!onStep) await say(context, text)
}

/** Text on stdout, out of our hands before anybody else writes there. */
export async function say({out}: Context, text: string): Promise<void> {
  await out.write(text)
  await out.end()
}

/** What a step writes is seen as it is written: a terminal gets what a terminal gets. */
function stdioOf({context, onStep}: Tour, {wholeScreen}: DemoStep): StdioOptions {
  if (onStep) return ['ignore', 'ignore', 'pipe']
  return [wholeScreen ? 'inherit' : 'ignore', 'inherit', context.talk.quiet ? 'pipe' : 'inherit']
}

function placeOf({context, folder}: Tour) {
  const env = {...folder.env, LOGFLOW_COLOR: context.config.color}
  return {cwd: folder.path, env, signal: context.signal}
}

/** @throws where no record answers, or it lacks the field: the tour would show what is not there */
async function ask(tour: Tour, {words, field, expects}: DemoQuestion): Promise<{answer: string; seconds: number}> {
  const ended = await runCommand(words, ['ignore', 'pipe', 'pipe'], placeOf(tour))
  if (ended.status !== 0) throw commandFailed(plainCommand(words), ended)
  const first = ended.stdout.split('\n', 1)[0]
  const answer = first ? (JSON.parse(first) as Record<string, unknown>)[field] : undefined
  if (typeof answer === 'string') return {answer, seconds: ended.seconds}
  throw new LogflowError('INTERNAL', `the demo stopped: ${expects} by now, but none did (${plainCommand(words)})`)
}

function rowOf({name, title}: DemoStep, words: readonly string[], ended?: Ended): StepRow {
  const seconds = Math.round((ended?.seconds ?? 0) * 1000) / 1000
  return {step: name, title, command: plainCommand(words), exit_code: ended?.status ?? null, seconds}
}
