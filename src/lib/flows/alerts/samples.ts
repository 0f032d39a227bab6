// A few of the records that an alert is about, to be told with it: best effort, never a reason for a notice to wait.

import {recordsQuery} from '../../alerts/describe-rule.js'
import type {Rule} from '../../alerts/rule.js'
import {parseQuery} from '../../query/parse-query.js'
import type {Store} from '../../store/store.js'
import type {Told} from './make-notice.js'

/** Alerts of a notice that are told with samples, how many, and how long each may be. */
const MOST_ALERTS = 5
const MOST_SAMPLES = 3
const LONGEST = 200

export interface SampleOptions {
  /** Makes text from strangers safe to look at. */
  printable: (text: string) => string
  /** Ends the reading: what has not been read then is left out. */
  signal: AbortSignal
}

/** Adds the newest messages to the alerts that open. Never rejects. */
export async function addSamples(
  openStore: () => Promise<Pick<Store, 'search'>>,
  rule: Rule,
  told: readonly Told[],
  {printable, signal}: SampleOptions,
): Promise<void> {
  if (rule.measure.kind === 'no_data') return
  const opening = told.filter(({alert}) => alert.event === 'opened').slice(0, MOST_ALERTS)
  for (const {alert, group, at} of opening) {
    if (signal.aborted) return
    try {
      const store = await openStore()
      alert.samples = await newest(store, rule, recordsQuery(rule, group), at, signal, printable)
    } catch {
      return
    }
  }
}

async function newest(
  store: Pick<Store, 'search'>,
  rule: Rule,
  query: string,
  at: number,
  signal: AbortSignal,
  printable: (text: string) => string,
): Promise<string[]> {
  const request = {
    query: parseQuery(query),
    since: new Date(at - rule.windowMs).toISOString(),
    until: new Date(at).toISOString(),
    order: 'newest' as const,
    limit: MOST_SAMPLES,
  }
  const found: string[] = []
  for await (const page of store.search(request, signal))
    for (const {message} of page) if (message !== undefined && message !== '') found.push(printable(shortened(message)))
  return found
}

function shortened(text: string): string {
  const chars = Array.from(text.slice(0, 2 * LONGEST + 2))
  return chars.length <= LONGEST ? chars.join('') : `${chars.slice(0, LONGEST).join('')}…`
}
