import type {CheckedFile, CheckedNotices, CheckedStep, CheckedTest, NoticeCounts} from '../alerts/checked-test.js'
import {escapeLine} from './escape-controls.js'
import {formatCount, plural} from './numbers.js'
import {type Palette, paletteFor} from './palette.js'
import type {RowColumn} from './rows.js'
import type {Screen} from './screen.js'
import {showTable} from './show-table.js'

/** A line a test; of one that differs, a table of its steps: what was wanted, what came, and the value that was measured. */
export function ruleTestText(file: CheckedFile, screen: Screen, options: {all?: boolean} = {}): string {
  const palette = paletteFor(screen.color)
  const tests = file.tests.map((test) => testText(test, palette, screen, options))
  return `${palette.bold(escapeLine(file.file))}\n${tests.join('')}`
}

/** `3 files, 12 tests, 40 steps: all as expected`. */
export function ruleTestSummary(files: readonly CheckedFile[]): string {
  const tests = files.flatMap((file) => file.tests)
  const steps = tests.reduce((sum, test) => sum + test.steps.length + (test.notices ? 1 : 0), 0)
  const failed = tests.filter(({passed}) => !passed).length
  const counted = `${plural(files.length, 'file')}, ${plural(tests.length, 'test')}, ${plural(steps, 'step')}`
  return `${counted}: ${failed === 0 ? 'all as expected' : `${plural(failed, 'test')} not as expected`}`
}

function testText(test: CheckedTest, palette: Palette, screen: Screen, {all}: {all?: boolean}): string {
  const mark = test.passed ? palette.good('✓') : palette.bad('✗')
  const facts = `${plural(test.records, 'record')}, ${plural(test.evaluations, 'evaluation')}`
  const title = `  ${mark} ${escapeLine(test.name)}  ${palette.dim(facts)}\n`
  if (test.passed && !all) return title
  return `${title}${stepsTable(test.steps, palette, screen)}${noticesText(test.notices, palette)}${conditions(test, palette)}`
}

const COLUMNS = [
  {title: ''},
  {title: 'at'},
  {title: 'rule', least: 8},
  {title: 'group', least: 8},
  {title: 'want'},
  {title: 'got'},
  {title: 'measured', align: 'right' as const},
  {title: 'line'},
]

function stepsTable(steps: readonly CheckedStep[], palette: Palette, screen: Screen): string {
  const cells = steps.map((step) => [
    step.passed ? '✓' : '✗',
    step.at,
    step.rule,
    groupText(step.group),
    wanted(step),
    got(step),
    step.got.value === undefined ? 'nothing' : valueText(step.got.value),
    step.where.replace(/^.*?:(\d+):\d+$/, '$1'),
  ])
  const used = cells.some((row) => row[3] !== '') ? COLUMNS.map((_, index) => index) : [0, 1, 2, 4, 5, 6, 7]
  const pick = <T>(row: readonly T[]) => used.map((index) => row[index] as T)
  const table = showTable(pick(COLUMNS), cells.map(pick), {palette, width: screen.width - 4})
  return table.replace(/^(?=.)/gm, '    ').replace(/^ {4}✗.*$/gm, (line) => palette.bad(line))
}

function wanted({expected: {state, value, groups}}: CheckedStep): string {
  const parts = [
    groups === undefined ? state : `${plural(groups, 'group')} ${state}`,
    ...(value === undefined ? [] : [valueText(value)]),
  ]
  return parts.join(', ')
}

function got({expected, got: {state, groups}}: CheckedStep): string {
  return expected.groups === undefined || groups === undefined ? state : `${plural(groups, 'group')} ${expected.state}`
}

function noticesText(notices: CheckedNotices | undefined, palette: Palette): string {
  if (!notices) return ''
  if (notices.passed) return `    ✓ ${plural(notices.got.length, 'notice')} sent, as expected\n`
  const list = (some: readonly NoticeCounts[]) => (some.length === 0 ? 'none' : some.map(noticeText).join('; '))
  return palette
    .bad(
      `    ✗ notices: want ${escapeLine(list(notices.expected))}\n               got  ${escapeLine(list(notices.got))}`,
    )
    .concat('\n')
}

function noticeText({at, rule, opened, again, resolved}: NoticeCounts): string {
  const counts = Object.entries({opened, again, resolved}).flatMap(([kind, count]) =>
    count === undefined ? [] : [`${formatCount(count)} ${kind}`],
  )
  return `${at} ${rule}${counts.length > 0 ? ` (${counts.join(', ')})` : ''}`
}

/** What each rule asks, for the measured values to be read against. */
function conditions({steps}: CheckedTest, palette: Palette): string {
  const all = new Map(steps.map(({rule, condition}) => [rule, condition]))
  return [...all].map(([rule, condition]) => `    ${palette.dim(escapeLine(`${rule}: ${condition}`))}\n`).join('')
}

/** `service=payment`. */
export function groupText(group: Readonly<Record<string, string | null>> | undefined): string {
  const pairs = Object.entries(group ?? {})
  return pairs
    .map(([field, value]) => `${field}=${value === null ? '(none)' : JSON.stringify(value).slice(1, -1)}`)
    .join(' ')
}

/** Counts grouped by thousands; parts with as many digits as tell something. */
export function valueText(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(3)))
}

/** For programs: a row a step. */
export function stepRows(files: readonly CheckedFile[]): object[] {
  return files.flatMap(({file, tests}) =>
    tests.flatMap(({name, steps, notices}) => [
      ...steps.map(({expected, got, group, ...step}) => ({
        file,
        test: name,
        ...step,
        ...(group ? {group: groupText(group)} : {}),
        expected: expected.state,
        ...(expected.value === undefined ? {} : {expected_value: expected.value}),
        ...(expected.groups === undefined ? {} : {expected_groups: expected.groups, groups: got.groups}),
        got: got.state,
        value: got.value,
      })),
      ...(notices ? [{file, test: name, expected: notices.expected, got: notices.got, passed: notices.passed}] : []),
    ]),
  )
}

export const STEP_COLUMNS: RowColumn[] = [
  'file',
  'test',
  'at',
  'rule',
  'group',
  'expected',
  'got',
  'value',
  'condition',
  'passed',
  'where',
].map((title) => ({title}))
