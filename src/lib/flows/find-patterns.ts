import {createMiner, type Template} from '../patterns/miner.js'
import {type Pattern, toPattern} from '../patterns/pattern.js'
import {PatternStats} from '../patterns/pattern-stats.js'
import {TimeScale} from '../patterns/trend.js'
import {textsOf} from '../query/text-of.js'
import {compareTimes} from '../record/order.js'
import type {RecordText} from '../store/store.js'

export interface FoundPatterns {
  /** Records looked at, and those of them before `newSince`. */
  records: number
  before: number
  /** The first and last time among them. */
  first?: string
  last?: string
  /** Most frequent first; only those never seen before `newSince` where one was given. */
  patterns: Pattern[]
  /** Templates there are with and without those seen before. */
  templates: number
  /** Kinds of message that were too many to tell apart. */
  coarsened: number
}

/**
 * Folds the messages of records into templates, page by page, in bounded memory. With `newSince` a template is new when
 * none of the records given is of it and before that time: give the stretch before it, too.
 */
export async function findPatterns(
  pages: AsyncIterable<RecordText[]>,
  {newSince}: {newSince?: string} = {},
): Promise<FoundPatterns> {
  const scale = new TimeScale()
  const miner = createMiner<PatternStats>({
    stats: {create: () => new PatternStats(scale), merge: (into, from) => into.merge(from)},
  })
  let records = 0
  let before = 0
  for await (const page of pages) {
    records += page.length
    for (const record of page) {
      miner.add(messageOf(record)).add(record)
      if (newSince !== undefined && compareTimes(record['@timestamp'], newSince) < 0) before++
    }
  }
  const templates = miner.templates()
  const wanted =
    newSince === undefined ? templates : templates.filter(({stats}) => compareTimes(stats.first, newSince) >= 0)
  const axis = scale.axis()
  return {
    records,
    before,
    ...spanOf(templates),
    patterns: wanted.map((template) => toPattern(template, records, axis)),
    templates: templates.length,
    coarsened: miner.coarsened,
  }
}

/** What search looks in: the message, or the values of a record that has none. */
function messageOf(record: RecordText): string {
  return record.message === '' ? textsOf(record).join(' ') : record.message
}

function spanOf(templates: ReadonlyArray<Template<PatternStats>>): {first?: string; last?: string} {
  if (templates.length === 0) return {}
  const earlier = (a: string, b: string) => (compareTimes(a, b) <= 0 ? a : b)
  const later = (a: string, b: string) => (compareTimes(a, b) >= 0 ? a : b)
  return {
    first: templates.map(({stats}) => stats.first).reduce(earlier),
    last: templates.map(({stats}) => stats.last).reduce(later),
  }
}
