// Made-up rules and records for alerts: each stream has a rule of its own, and records with the time at which they arrive,
// which is late, out of order, and for some twice. Deterministic: the same seed gives the same.

import type {WrittenRule} from '../../src/lib/alerts/rule.js'
import type {SilenceSpan} from '../../src/lib/alerts/state.js'
import type {StoreItem} from '../../src/lib/store/store.js'
import {makeItem} from '../contracts/store-records.js'
import {seededRandom} from './random.js'

export interface AlertStream {
  /** Also the host of all its records. */
  name: string
  rule: WrittenRule
  /** By time of arrival, ms since 1970. One that comes twice is there twice. */
  arrivals: Array<{at: number; item: StoreItem}>
  silences: SilenceSpan[]
}

type Random = () => number

const MINUTE = 60_000
/** Records have event times in so many minutes; after that all is quiet. */
export const STREAM_MINUTES = 30

/** @param start ms since 1970, a whole minute */
export function alertStream(seed: number, start: number): AlertStream {
  const random = seededRandom(seed)
  const name = `stream-${seed}`
  const lateness = pick(random, [0, 10, 20, 60])
  return {
    name,
    rule: {...ruleAt(random, name), lateness: `${lateness}s`},
    arrivals: arrivalsOf(random, name, start, lateness * 1_000),
    silences: silencesOf(random, name, start),
  }
}

function ruleAt(random: Random, name: string): WrittenRule {
  return {
    name,
    ...measureOf(random, name),
    time_window: pick(random, ['20s', '1m', '90s', '3m']),
    every: pick(random, ['10s', '30s', '1m', '1m']),
    ...maybe(random, 0.5, {group_by: pick(random, [['service'], ['service', 'level'], ['zone']])}),
    ...maybe(random, 0.4, {for: pick(random, ['30s', '1m', '2m'])}),
    ...maybe(random, 0.3, {keep_open_for: pick(random, ['30s', '2m'])}),
    ...maybe(random, 0.3, {renotify: pick(random, ['2m', '7m'])}),
    ...maybe(random, 0.5, {notify_resolved: true}),
  }
}

function measureOf(random: Random, name: string): Partial<WrittenRule> {
  const query = `host:${name}`
  const failed = `${query} level:error`
  return pick<Partial<WrittenRule>>(random, [
    {query, condition: 'greater_than', threshold: 6},
    {query, condition: 'greater_than_or_equal', threshold: 10, resolve_threshold: 5},
    {query: failed, condition: 'greater_than', threshold: 3, resolve_threshold: 1},
    {query, condition: 'less_than', threshold: 3},
    {query, condition: 'equals', threshold: 0},
    {query: failed, measure: 'ratio', ratio_of: query, threshold: 0.4, minimum: 4},
    {query, measure: 'no_data'},
    {query, measure: 'spike', threshold: 3, minimum: 2, direction: pick(random, ['up', 'both'])},
  ])
}

/** Bursts and silences by turns. */
function arrivalsOf(random: Random, name: string, start: number, lateness: number): AlertStream['arrivals'] {
  const arrivals: AlertStream['arrivals'] = []
  let offset = 0
  for (let at = start; at < start + STREAM_MINUTES * MINUTE; ) {
    const calm = random() < 0.5
    const end = Math.min(at + (0.5 + random() * 4) * MINUTE, start + STREAM_MINUTES * MINUTE)
    const gap = calm ? 40_000 : 2_000 + random() * 6_000
    for (at += random() * gap; at < end; at += random() * 2 * gap) {
      const item = recordAt(random, name, Math.floor(at), ++offset)
      for (let times = random() < 0.15 ? 2 : 1; times > 0; times--)
        arrivals.push({at: Math.floor(at + delayOf(random, lateness)), item})
    }
    at = end
  }
  return arrivals.sort((a, b) => a.at - b.at)
}

/** Up to the lateness that the rule allows; a few carry a time that is yet to come. */
function delayOf(random: Random, lateness: number): number {
  const kind = random()
  if (kind < 0.05) return -random() * 5_000
  return kind < 0.6 ? Math.min(lateness, random() * 1_000) : random() * lateness
}

function recordAt(random: Random, name: string, at: number, offset: number): StoreItem {
  const service = pick(random, ['cart', 'payment', 'payment', undefined])
  return makeItem(name, offset * 100, {
    '@timestamp': new Date(at).toISOString(),
    host: name,
    level: pick(random, ['INFO', 'ERROR', 'ERROR', 'WARN']),
    ...(service === undefined ? {} : {service}),
    attributes: {zone: pick(random, ['a', 'b'])},
  })
}

function silencesOf(random: Random, name: string, start: number): SilenceSpan[] {
  if (random() < 0.6) return []
  const from = start + Math.floor(random() * STREAM_MINUTES) * MINUTE
  const until = from + Math.ceil(random() * 8) * MINUTE
  return [{from, until, matchers: {rule: name, ...maybe(random, 0.3, {service: 'payment'})}}]
}

function maybe<T extends object>(random: Random, chance: number, given: T): T | Record<string, never> {
  return random() < chance ? given : {}
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T
}
