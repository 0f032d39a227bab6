import {paletteFor} from '../../../src/lib/output/palette.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {drawFrame} from '../../../src/lib/tui/draw/frame.js'
import {type Key, keysOfText} from '../../../src/lib/tui/line-editor.js'
import type {Effect, Message} from '../../../src/lib/tui/message.js'
import {firstState, type State} from '../../../src/lib/tui/state.js'
import {update} from '../../../src/lib/tui/update.js'

const START = Date.UTC(2026, 0, 1, 9, 41)

export function record(index: number, fields: Partial<LogRecord> = {}): LogRecord {
  return {
    id: `r-${index}`,
    '@timestamp': new Date(START + index * 1_000).toISOString(),
    observed_timestamp: new Date(START).toISOString(),
    level: 'INFO',
    service: 'gateway',
    message: `request ${index}`,
    ...fields,
  } as LogRecord
}

export function records(count: number, from = 0, fields: Partial<LogRecord> = {}): LogRecord[] {
  return Array.from({length: count}, (_, index) => record(from + index, fields))
}

/** A live screen without a terminal: messages and keys in, state, effects and frames out. */
export class Played {
  state: State
  effects: Effect[] = []

  constructor(columns = 120, rows = 24) {
    const filter = {text: '', query: {kind: 'all'} as const}
    this.state = firstState({columns, rows, source: 'local', filter, everyMs: 15_000})
  }

  tell(...messages: Message[]): this {
    for (const message of messages) {
      const next = update(this.state, message)
      this.state = next.state
      this.effects.push(...next.effects)
    }
    return this
  }

  /** Text as it is typed, and names of keys in angle brackets: `/level:error<return>`. */
  press(keys: string): this {
    for (const [, name, char] of keys.matchAll(/<([a-zA-Z]+)>|(.)/gsu)) {
      const all: Key[] = name ? [{text: '', name: name as Key['name']}] : keysOfText(char as string)
      for (const key of all) this.tell({kind: 'key', key})
    }
    return this
  }

  frame(color = false, ascii = false): string[] {
    return drawFrame(this.state, {palette: paletteFor(color), ascii, now: START + 120_000})
  }

  text(): string {
    return this.frame().join('\n')
  }

  get chosen(): string | undefined {
    return this.state.shown.at(this.state.cursor)?.message
  }
}
