// What the live screen asks for about dead letters, as `logflow dlq` does it.

import {listLetters, showLetter} from '../../lib/flows/dlq/find-letters.js'
import {dropLetters, redriveLetters, type SettleReport} from '../../lib/flows/dlq/settle-letters.js'
import {letterView} from '../../lib/output/letter-view.js'
import {plural} from '../../lib/output/numbers.js'
import {firstLineOf} from './first-line.js'
import type {Live} from './parts.js'

/** Letters in the list: the newest. */
const MOST_LETTERS = 500

/** What is pending now; or why that cannot be known here. */
export async function tellLetters(live: Live): Promise<void> {
  const {pipeline} = live.parts
  if (!pipeline) {
    const problem = 'plain files have no dead letters: what is no line of a log is shown as it is'
    return live.tell({kind: 'letters', letters: {list: [], count: 0, problem}})
  }
  const {topic} = pipeline
  try {
    const options = {bus: await pipeline.bus(), topic, filter: {}, limit: MOST_LETTERS, signal: live.ended}
    const {letters, count} = await listLetters(options)
    if (!live.ended.aborted) live.tell({kind: 'letters', letters: {list: letters.reverse(), count}})
    if (!live.ended.aborted) live.tell({kind: 'health', health: {deadLetters: count, deadLettersAtMost: false}})
  } catch (error) {
    const {list, count} = live.state().letters
    live.tell({kind: 'letters', letters: {list, count: count ?? 0, problem: firstLineOf(error)}})
  }
}

/** Everything of one. */
export async function tellLetter(live: Live, id: string): Promise<void> {
  const {pipeline} = live.parts
  if (!pipeline) return
  const shown = await showLetter({bus: await pipeline.bus(), topic: pipeline.topic, id, signal: live.ended})
  if (!shown || live.ended.aborted) return
  const screen = {isTerminal: true, width: live.state().size.columns, color: false}
  const lines = letterView(shown.details, screen).trimEnd().split('\n')
  live.tell({kind: 'letter', title: `dead letter ${id}`, lines})
}

/** Sends one back to be processed, or all; says what came of it, and shows what is pending then. */
export async function redrive(live: Live, id?: string): Promise<void> {
  await settle(live, id, redriveLetters, ({settled, chosen, pending}, topic) => {
    if (chosen === 0) return 'none was pending any more'
    const failed = settled < chosen ? `, ${plural(chosen - settled, 'letter')} not` : ''
    return `${plural(settled, 'letter')} sent back to topic ${topic}${failed}; ${pending} pending; process stores what it can`
  })
}

export async function drop(live: Live, id: string): Promise<void> {
  await settle(
    live,
    id,
    dropLetters,
    ({settled, pending}) => `${plural(settled, 'letter')} dropped; ${pending} pending`,
  )
}

async function settle(
  live: Live,
  id: string | undefined,
  work: typeof redriveLetters,
  say: (report: SettleReport, topic: string) => string,
): Promise<void> {
  const {pipeline} = live.parts
  if (!pipeline) return
  const {topic} = pipeline
  let said: {text: string; bad: boolean}
  try {
    const filter = id === undefined ? {} : {ids: [id]}
    const report = await work({bus: await pipeline.bus(), topic, filter, signal: live.ended, now: () => new Date()})
    const {untrimmed} = report
    const text = `${say(report, topic)}${untrimmed === undefined ? '' : `; they still take space: ${untrimmed}`}`
    said = {text, bad: report.settled < report.chosen}
  } catch (error) {
    said = {text: firstLineOf(error), bad: true}
  }
  live.tell({kind: 'letters', letters: live.state().letters, settled: true})
  await tellLetters(live)
  live.tell({kind: 'note', ...said})
}
