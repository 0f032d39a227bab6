import {describe, expect, test} from 'vitest'
import {checkRule, readRule} from '../../../src/lib/alerts/check-rule.js'
import {lintRule} from '../../../src/lib/alerts/lint-rule.js'
import {type AlertCase, Played, readCases, rowsOf} from '../../support/alert-cases.js'

describe.each(['opening', 'hysteresis', 'groups', 'measures', 'people'])('%s', (name) => {
  test.each(readCases<AlertCase>(`${name}.yaml`))('$case', (given) => {
    const played = new Played(given)
    let looked = 0
    for (const what of ['value', 'state', 'told'] as const) {
      for (const [service, row] of rowsOf(given[what] ?? {})) {
        looked++
        expect({[what]: played[what](service).join(' ')}, service).toEqual({[what]: row.join(' ')})
      }
    }
    expect(looked).toBeGreaterThan(0)
  })
})

interface RefusedCase {
  rule: unknown
  says: string | string[]
  fix?: string
}

test.each(readCases<RefusedCase>('refused.yaml'))('refused: $rule', ({rule, says, fix}) => {
  const {mistakes} = checkRule(rule, {})
  expect(mistakes.map(({message}) => message)).toEqual([says].flat())
  if (fix !== undefined) expect(mistakes[0]?.suggestions).toEqual([fix])
  expect(() => readRule(rule)).toThrow([says].flat()[0])
})

interface WarnedCase {
  rule: Record<string, unknown>
  warns?: string | string[]
}

/** What every rule is warned of that says as little as those of the cases. */
const WHOLE = {name: 'case', description: 'what it means', keep_open_for: '5m'}

test.each(readCases<WarnedCase>('warned.yaml'))('warned: $rule', ({rule, warns = []}) => {
  const written = {...WHOLE, ...rule}
  expect(lintRule(readRule(written), written)).toEqual([warns].flat())
})
