// What the live screen's state asks for and cannot do itself.

import {writeFile} from 'node:fs/promises'
import {type FoundTrace, MIN_PREFIX} from '../../lib/flows/find-trace.js'
import {escapeLine} from '../../lib/output/escape-controls.js'
import {formatBytes, plural} from '../../lib/output/numbers.js'
import type {LogRecord} from '../../lib/record/record.js'
import {buildTrace} from '../../lib/trace/trace-tree.js'
import type {Growing} from '../../lib/tui/growing.js'
import type {Effect} from '../../lib/tui/message.js'
import {belongs} from '../../lib/tui/trace-walk.js'
import {settleAlert, showAlertRecords, tellAbout} from './alert-effects.js'
import {firstLineOf} from './first-line.js'
import {drop, redrive, tellLetter, tellLetters} from './letter-effects.js'
import type {Live} from './parts.js'

/** Does it, and tells the screen what came of it; rejects with what kept it from being done. */
export async function carryOut(effect: Effect, live: Live): Promise<void> {
  switch (effect.kind) {
    case 'quit':
      return live.leave()
    case 'suspend':
      return live.parts.suspend()
    case 'trace':
      return showTrace(live, effect.id)
    case 'acknowledge':
    case 'resolve':
      return settleAlert(live, effect.kind, effect.alert, effect.note)
    case 'alert-about':
      return tellAbout(live, effect.id)
    case 'alert-records':
      return showAlertRecords(live, effect.alert)
    case 'letters':
      return tellLetters(live)
    case 'letter':
      return tellLetter(live, effect.id)
    case 'redrive':
      return redrive(live, effect.id)
    case 'drop':
      return drop(live, effect.id)
    case 'copy':
      return copy(live, effect)
    case 'travel':
      return live.player.carryOut(effect)
    case 'remember':
      return live.parts.remember(effect.purpose, effect.line)
    case 'save':
      return save(live, effect.path, effect.records)
  }
}

/** Bytes a terminal is asked to put on the clipboard; most take no more than that. */
const MOST_COPIED = 74_994

/** A strange id with control characters would be keys to the shell it is pasted into, however it is quoted. */
function copy({parts, tell}: Live, {text, remark}: Extract<Effect, {kind: 'copy'}>): void {
  if (escapeLine(text) !== text) {
    tell({kind: 'note', text: `not copied, as control characters are in it: ${text}`, bad: true})
    return
  }
  const bytes = Buffer.from(text)
  if (bytes.length > MOST_COPIED) {
    const most = formatBytes(MOST_COPIED)
    tell({kind: 'note', text: `not copied: it has ${formatBytes(bytes.length)}, and terminals take ${most}`, bad: true})
    return
  }
  // OSC 52: terminals that allow it put the text on the clipboard; the note shows it to all others.
  parts.write(`\u001b]52;c;${bytes.toString('base64')}\u0007`)
  tell({kind: 'note', text: remark ? `${remark}: ${text}` : text})
}

/**
 * What is stored of a trace, and with it what the stream holds that is not stored yet; plain files are never stored.
 *
 * @param asked its id, or the beginning of it
 */
async function showTrace({parts, state, tell}: Live, asked: string): Promise<void> {
  const {all, aside} = state()
  const arrived = aside?.live.all ?? all
  let found: FoundTrace | undefined
  let trouble: string | undefined
  try {
    found = await parts.findTrace?.(asked)
  } catch (error) {
    trouble = firstLineOf(error)
  }
  const {id, records: stored} = found?.records.length ? found : {id: wholeId(arrived, asked), records: []}
  const held = arrived.slice(arrived.first, arrived.end).filter((record) => belongs(record, id))
  if (held.length === 0 && trouble !== undefined) return tell({kind: 'note', text: trouble, bad: true})
  const known = new Set(stored.map((record) => record.id))
  const unstored = held.filter((record) => !known.has(record.id) && known.add(record.id))
  const records = [...stored, ...unstored]
  if (records.length === 0) return tell({kind: 'note', text: `no record of ${id} is stored or shown`, bad: true})
  tell({
    kind: 'trace',
    tree: buildTrace(id, records),
    unstored: parts.findTrace ? unstored.length : 0,
    at: parts.now(),
  })
  if (trouble !== undefined) tell({kind: 'note', text: `what is stored was not read: ${trouble}`, bad: true})
}

/** Of the ids that came, the one with this beginning; the beginning itself where several or none have it. */
function wholeId(arrived: Growing<LogRecord>, asked: string): string {
  const ids = new Set<string>()
  for (let place = arrived.first; place < arrived.end; place++) {
    const {trace_id, correlation_id, request_id} = arrived.at(place) as LogRecord
    for (const id of [trace_id, correlation_id, request_id]) {
      if (id === asked) return id
      if (id?.startsWith(asked)) ids.add(id)
    }
  }
  const [only, ...others] = ids
  return only !== undefined && others.length === 0 && asked.length >= MIN_PREFIX ? only : asked
}

async function save({tell}: Live, path: string, records: readonly LogRecord[]): Promise<void> {
  try {
    await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''), {flag: 'wx', mode: 0o600})
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    const why = code === 'EEXIST' ? 'there is such a file already' : (code ?? String(error))
    return tell({kind: 'note', text: `${path} was not written: ${why}`, bad: true})
  }
  tell({kind: 'note', text: `${plural(records.length, 'record')} saved to ${path}`})
}
