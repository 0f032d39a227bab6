import {existsSync, readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {expect, test} from 'vitest'
import {runScenario, type Scenario} from './support/alert-scenarios.js'

// What the tests of ElastAlert and Prometheus expect of their rules, against rules of ours.

const FILE = resolve(import.meta.dirname, '../../shared/data/alerts/scenarios.jsonl')
const scenarios = existsSync(FILE)
  ? readFileSync(FILE, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Scenario)
  : []

/** Where ours is otherwise by its documented meaning; null: there is no such rule. */
const OTHERWISE: Record<string, {got: Array<number | string> | null; because: string}> = {
  flatline: {
    got: [0, 0, 0, 1, 1, 1, 1, 2],
    because: 'an alert that stays open is one; ElastAlert counts each evaluation while it is flat (ours: renotify)',
  },
  'dedup-realert-50s': {
    got: [1, 1, 1],
    because:
      'renotify counts in event time: a record that comes ten minutes late is none of now, where ElastAlert asks the wall clock',
  },
  'cardinality-max': {got: null, because: 'how many different values there are is not measured'},
}

if (scenarios.length === 0) test.skip(`scenarios of other engines: no ${FILE}`, () => {})

test.each(scenarios)('$id', async (scenario) => {
  const theirs = scenario.steps.map(({expect_state, expect_total}) => expect_state ?? expect_total)
  const otherwise = OTHERWISE[scenario.id]
  expect(await runScenario(scenario)).toEqual(otherwise ? otherwise.got : theirs)
  if (otherwise) expect(otherwise.got).not.toEqual(theirs)
})
