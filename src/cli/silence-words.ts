import type {StoredRule} from '../lib/alerts/alerts.js'
import {nameKey} from '../lib/alerts/rules-diff.js'
import {nearMatch} from '../lib/config/near-match.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import type {AlertScreen} from '../lib/output/alert-text.js'
import {parseTime} from '../lib/query/parse-time.js'
import {toMs} from './duration-flag.js'
import {UsageError} from './show-error.js'

type Matchers = Record<string, string>

/** `rule=NAME service=payment`. */
export function readMatchers(given: readonly string[]): Matchers {
  const matchers: Matchers = {}
  for (const text of given) {
    const at = text.indexOf('=')
    const [key, value] = [text.slice(0, at).trim(), text.slice(at + 1)]
    if (at < 1 || value === '') {
      throw new UsageError(`write what is silenced as field=value, not ${JSON.stringify(text)}`, [
        `logflow alerts silence rule='High error rate' --for 2h`,
      ])
    }
    if (Object.hasOwn(matchers, key)) throw new UsageError(`${key} is given twice: an alert must match all of them`)
    matchers[key] = value
  }
  if (given.length === 0) {
    throw new UsageError('say what is silenced: rule=NAME, severity=info, service=payment, …', [
      'logflow alerts silence --list  shows what is',
    ])
  }
  return matchers
}

/** From and until when; until is needed. */
export function silenceTimes(
  flags: {for?: string | undefined; until?: string | undefined; from?: string | undefined},
  {now, zone}: AlertScreen,
): {starts_at?: string; ends_at: string} {
  const starts = flags.from === undefined ? undefined : parseTime(flags.from, new Date(now), zone)
  const begin = starts === undefined ? now : Date.parse(starts)
  if (flags.for === undefined && flags.until === undefined) {
    throw new UsageError('say how long: --for 2h, or --until 18:00')
  }
  const ends =
    flags.for === undefined
      ? parseTime(flags.until as string, new Date(now), zone)
      : new Date(begin + toMs('--for', flags.for)).toISOString()
  if (Date.parse(ends) <= Math.max(begin, now)) {
    throw new UsageError(`it would have ended already: ${ends}`, [
      '--for 2h is two hours from its beginning; --until 18:00 is today at six',
    ])
  }
  return {...(starts === undefined ? {} : {starts_at: starts}), ends_at: ends}
}

/**
 * A silence that can match nothing is a mistake: a rule that is not there is refused, and a field that no rule has is
 * told (its alerts may come later).
 */
export function checkMatchers(matchers: Matchers, rules: readonly StoredRule[]): {matchers: Matchers; notes: string[]} {
  const checked = {...matchers}
  if (matchers.rule !== undefined) checked.rule = nameOf(matchers.rule, rules)
  const known = new Set(['rule', 'severity'])
  for (const {labels, group_by} of rules) {
    for (const field of [...Object.keys(labels ?? {}), ...(group_by ?? [])]) known.add(field)
  }
  const notes = Object.keys(checked)
    .filter((key) => !known.has(key))
    .map((key) => {
      const near = nearMatch(key, known)
      return `no rule groups by ${key} or has such a label: nothing matches yet${near ? `; did you mean ${near}?` : ''}`
    })
  return {matchers: checked, notes}
}

function nameOf(name: string, rules: readonly StoredRule[]): string {
  const rule = rules.find((one) => nameKey(one.name) === nameKey(name) || one.id === name)
  if (rule) return rule.name
  const near = nearMatch(
    name,
    rules.map((one) => one.name),
  )
  throw new LogflowError('NOT_FOUND', `there is no rule ${JSON.stringify(name)}`, {
    suggestions: [...(near ? [`Did you mean ${near}?`] : []), 'logflow alerts list'],
  })
}
