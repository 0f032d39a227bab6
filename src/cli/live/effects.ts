// What the live screen's state asks for and cannot do itself.

import {writeFile} from 'node:fs/promises'
import {plural} from '../../lib/output/numbers.js'
import {traceView} from '../../lib/output/trace-view.js'
import type {LogRecord} from '../../lib/record/record.js'
import {buildTrace} from '../../lib/trace/trace-tree.js'
import type {Effect} from '../../lib/tui/message.js'
import {settleAlert, showAlertRecords, tellAbout} from './alert-effects.js'
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
    case 'copy':
      // OSC 52: terminals that allow it put the text on the clipboard; the note shows it to all others.
      live.parts.write(`\u001b]52;c;${Buffer.from(effect.text).toString('base64')}\u0007`)
      return live.tell({kind: 'note', text: effect.text})
    case 'remember':
      return live.parts.remember(effect.purpose, effect.line)
    case 'save':
      return save(live, effect.path, effect.records)
  }
}

async function showTrace({parts, state, tell}: Live, asked: string): Promise<void> {
  const {id, records} = await parts.findTrace(asked)
  if (records.length === 0) return tell({kind: 'note', text: `no record of ${asked} is stored yet`, bad: true})
  const screen = {isTerminal: true, width: state().size.columns, color: parts.color}
  const lines = traceView(buildTrace(id, records), {screen, now: parts.now(), all: true}).trimEnd().split('\n')
  tell({kind: 'trace', id, lines})
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
