import {createMiner} from '../../lib/patterns/miner.js'
import {ERROR_LEVELS} from '../../lib/record/level.js'
import type {LogRecord} from '../../lib/record/record.js'
import type {Message} from '../../lib/tui/message.js'
import {patternTextOf} from '../../lib/tui/pattern-text.js'

const TOP_PATTERNS = 200

/** What is counted of a pattern besides its records. */
const ERRORS = {
  create: () => ({errors: 0}),
  merge: (into: {errors: number}, from: {errors: number}) => {
    into.errors += from.errors
  },
}

/** Patterns of the records that were put in, and how many these were. */
export class MinedPatterns {
  readonly #miner = createMiner({stats: ERRORS})
  count = 0

  add(records: readonly LogRecord[]): void {
    this.count += records.length
    for (const record of records) {
      const stats = this.#miner.add(patternTextOf(record))
      if (record.level !== undefined && ERROR_LEVELS.includes(record.level)) stats.errors++
    }
  }

  /** The most frequent ones, as the screen is told of them. */
  message(): Message {
    const patterns = this.#miner.templates().slice(0, TOP_PATTERNS)
    return {
      kind: 'patterns',
      patterns: patterns.map(({text, count, stats}) => ({text, count, errors: stats.errors})),
      of: this.count,
    }
  }
}
