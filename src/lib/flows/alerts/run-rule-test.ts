import type {CheckedNotices, CheckedStep, CheckedTest, NoticeCounts} from '../../alerts/checked-test.js'
import {describeCondition} from '../../alerts/describe-rule.js'
import {durationText} from '../../alerts/durations.js'
import type {Look} from '../../alerts/look.js'
import {type GroupKey, groupKey, type Rule} from '../../alerts/rule.js'
import type {Expectation, ExpectedNotice, RuleTest, TestState} from '../../alerts/rule-test.js'
import type {RuleState} from '../../alerts/state.js'
import {LogflowError} from '../../errors/logflow-error.js'
import {isTold} from './make-notice.js'
import {recordsAsStore, replayRules} from './replay.js'
import {testRecords} from './test-records.js'

interface Moment {
  look: Look
  state: RuleState
}

/** Runs one test: its records are all there is, and every evaluation is final. Throws BAD_RULE where it names no rule of the file. */
export async function runRuleTest(test: RuleTest, rules: readonly Rule[]): Promise<CheckedTest> {
  const records = [...testRecords(test)]
  const wanted = new Set(test.expect.map(({at}) => at))
  const moments = rules.map(() => new Map<number, Moment>())
  const last = rules.map((): Moment | undefined => undefined)
  const pending = rules.map(() => [...wanted].sort((a, b) => a - b))
  const sent: Array<NoticeCounts & {ms: number}> = []
  let evaluations = 0
  const settle = (index: number, before: number): void => {
    const waiting = pending[index] as number[]
    const known = last[index]
    while (waiting.length > 0 && test.start + (waiting[0] as number) < before) {
      const at = waiting.shift() as number
      if (known) moments[index]?.set(at, known)
    }
  }
  const span = {
    since: test.start,
    until: test.start + test.until,
    silences: test.silences.map(({from, until, matchers}) => ({
      from: test.start + from,
      until: test.start + until,
      matchers,
    })),
  }
  await replayRules(recordsAsStore(records), rules, span, ({index, look, events, state}) => {
    settle(index, look.at)
    last[index] = {look, state}
    evaluations++
    const rule = rules[index] as Rule
    const told = events.flatMap((event) => (isTold(event, rule) ? event.kind : []))
    if (told.length > 0)
      sent.push({ms: look.at, at: durationText(look.at - test.start), rule: rule.name, ...countKinds(told)})
  })
  for (const index of rules.keys()) settle(index, Number.POSITIVE_INFINITY)
  const steps = test.expect.map((expected) => {
    const index = ruleOf(expected, rules)
    return checkStep(expected, rules[index] as Rule, moments[index]?.get(expected.at), test.start)
  })
  const notices = test.notices && checkNotices(test.notices, sent, rules)
  const passed = steps.every((step) => step.passed) && (notices?.passed ?? true)
  const {name, where} = test
  return {name, where, passed, steps, ...(notices ? {notices} : {}), records: records.length, evaluations}
}

function ruleOf({rule, where}: {rule?: string; where: string}, rules: readonly Rule[]): number {
  const names = rules.map(({name}) => name)
  if (rule === undefined && rules.length === 1) return 0
  const index = names.indexOf(rule as string)
  if (index >= 0) return index
  const problem =
    rule === undefined
      ? 'say which rule is meant'
      : `there is no rule ${JSON.stringify(rule)} in the files of this test`
  throw new LogflowError('BAD_RULE', `${where}: ${problem}`, {suggestions: [`There are: ${names.join(', ')}`]})
}

function checkStep(expected: Expectation, rule: Rule, moment: Moment | undefined, start: number): CheckedStep {
  const {at, atText, state, value, groups, where} = expected
  const key = keyOf(expected, rule)
  const got = key === undefined ? anyGroup(rule, moment, state) : oneGroup(moment, key)
  const passed =
    got.state === state &&
    (value === undefined || isAbout(got.value, value)) &&
    (groups === undefined || got.groups === groups)
  return {
    at: atText,
    time: new Date(start + at).toISOString(),
    rule: rule.name,
    ...(expected.group && key !== undefined ? {group: {...expected.group}} : {}),
    expected: {state, ...(value === undefined ? {} : {value}), ...(groups === undefined ? {} : {groups})},
    got:
      key === undefined && rule.groupBy.length > 0
        ? got
        : {state: got.state, ...(got.value === undefined ? {} : {value: got.value})},
    condition: describeCondition(rule),
    ...(moment ? {evaluated: new Date(moment.look.at).toISOString()} : {}),
    passed,
    where,
  }
}

/** Parts of one are written with as many digits as one likes. */
function isAbout(got: number | undefined, wanted: number): boolean {
  return got !== undefined && Math.abs(got - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted))
}

/** The group that is meant; absent: any. */
function keyOf({group, where}: Expectation, {groupBy, name}: Rule): GroupKey | undefined {
  if (groupBy.length === 0) {
    if (group === undefined || Object.keys(group).length === 0) return groupKey([])
    throw new LogflowError('BAD_RULE', `${where}: ${name} has no group_by, so there are no groups`)
  }
  if (group === undefined) return undefined
  const strange = Object.keys(group).filter((field) => !groupBy.includes(field))
  const missing = groupBy.filter((field) => !Object.hasOwn(group, field))
  if (strange.length === 0 && missing.length === 0)
    return groupKey(groupBy.map((field) => group[field] as string | null))
  throw new LogflowError('BAD_RULE', `${where}: ${name} groups by ${groupBy.join(', ')}; group must name just these`)
}

function oneGroup(moment: Moment | undefined, key: GroupKey): CheckedStep['got'] {
  const value = moment?.look.values.get(key)?.value
  return {state: stateOf(moment, key), ...(value === undefined ? {} : {value})}
}

type ToldKind = 'opened' | 'again' | 'resolved'

const FARTHEST: readonly TestState[] = ['open', 'pending', 'inactive']

/** Of all groups the one that is farthest, and how many are in the expected state. */
function anyGroup({condition}: Rule, moment: Moment | undefined, wanted: TestState): CheckedStep['got'] {
  const keys = new Set([...(moment?.look.values.keys() ?? []), ...Object.keys(moment?.state.groups ?? {})])
  const states = [...keys].map((key) => ({key, state: stateOf(moment, key)}))
  const state = FARTHEST.find((one) => states.some((group) => group.state === one)) ?? 'inactive'
  const values = states.flatMap((group) =>
    group.state === state ? (moment?.look.values.get(group.key)?.value ?? []) : [],
  )
  const nearest = condition.startsWith('less') ? Math.min(...values) : Math.max(...values)
  const groups = states.filter((group) => group.state === wanted).length
  return {state, ...(values.length > 0 ? {value: nearest} : {}), groups}
}

function stateOf(moment: Moment | undefined, key: GroupKey): TestState {
  const phase = moment?.state.groups[key]?.phase
  return phase === 'open' || phase === 'pending' ? phase : 'inactive'
}

/** Whether just these notices were sent, one after the other; numbers that were not given are not looked at. */
function checkNotices(
  expected: readonly ExpectedNotice[],
  sent: ReadonlyArray<NoticeCounts & {ms: number}>,
  rules: readonly Rule[],
): CheckedNotices {
  const inOrder = [...sent].sort((a, b) => a.ms - b.ms)
  const wanted = expected.map((notice) => {
    const {at, atText, where, rule: _named, ...counts} = notice
    const index = ruleOf(notice, rules)
    return {at, atText, index, rule: (rules[index] as Rule).name, counts}
  })
  wanted.sort((a, b) => a.at - b.at || a.index - b.index)
  const same = (index: number): boolean => {
    const want = wanted[index]
    const got = inOrder[index]
    if (!want || !got || want.rule !== got.rule || durationText(want.at) !== got.at) return false
    return Object.entries(want.counts).every(([kind, count]) => (got[kind as ToldKind] ?? 0) === count)
  }
  const passed = wanted.length === inOrder.length && wanted.every((_, index) => same(index))
  return {
    expected: wanted.map(({atText, rule, counts}) => ({at: atText, rule, ...counts})),
    got: inOrder.map(({ms: _ms, ...counts}) => counts),
    passed,
  }
}

function countKinds(told: readonly ToldKind[]): Partial<Record<ToldKind, number>> {
  const counts: Partial<Record<ToldKind, number>> = {}
  for (const kind of told) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
