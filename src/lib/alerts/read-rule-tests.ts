import type {Document, LineCounter} from 'yaml'
import {LogflowError} from '../errors/logflow-error.js'
import {readDuration} from './durations.js'
import {
  type Expectation,
  type ExpectedNotice,
  MOST_RECORDS,
  type RuleTest,
  type RuleTestFile,
  TEST_STATES,
  type TestRecords,
  type TestSilence,
  type TestState,
} from './rule-test.js'

const KEYS = {
  file: ['rules', 'tests'],
  test: ['name', 'start', 'until', 'records', 'silences', 'expect', 'notices'],
  silence: ['from', 'until', 'matchers'],
  expect: ['at', 'rule', 'group', 'state', 'value', 'groups'],
  notice: ['at', 'rule', 'opened', 'again', 'resolved'],
} as const

const START = '2026-01-01T00:00:00Z'

/**
 * Reads a file of unit tests of rules (YAML or JSON). Throws BAD_RULE that names file, line and column.
 * @param nearest the known word that a mistyped one meant
 */
export async function readRuleTests(
  file: string,
  text: string,
  nearest: (word: string, known: readonly string[]) => string | undefined = () => undefined,
): Promise<RuleTestFile> {
  const {LineCounter, parseDocument} = await import('yaml')
  const lines = new LineCounter()
  const doc = parseDocument(text, {lineCounter: lines, prettyErrors: false})
  const reader = new Reader(file, doc, lines, nearest)
  return reader.file()
}

type Path = ReadonlyArray<string | number>
type Fields = Record<string, unknown>

class Reader {
  constructor(
    readonly name: string,
    readonly doc: Document,
    readonly lines: LineCounter,
    readonly nearest: (word: string, known: readonly string[]) => string | undefined,
  ) {}

  file(): RuleTestFile {
    const broken = this.doc.errors[0]
    if (broken) throw this.#refusedAt(broken.pos[0], (broken.message.split('\n')[0] as string).replace(/:$/, ''))
    let whole: unknown
    try {
      whole = this.doc.toJS({maxAliasCount: 1_000})
    } catch (cause) {
      throw this.#refusedAt(0, cause instanceof Error ? cause.message : String(cause))
    }
    const fields = this.#known([], whole, KEYS.file, 'a file of tests has `rules:` and `tests:`')
    const rules = this.#list(['rules'], fields.rules)
    if (!rules.every((rule) => typeof rule === 'string' && rule !== ''))
      throw this.#refused(['rules'], 'files of rules')
    const tests = this.#list(['tests'], fields.tests)
    if (tests.length === 0) throw this.#refused(['tests'], 'there is no test in it')
    return {rules: rules as string[], tests: tests.map((test, index) => this.#test(['tests', index], test, index))}
  }

  #test(path: Path, value: unknown, index: number): RuleTest {
    const fields = this.#known(path, value, KEYS.test, 'a test has `records:` and `expect:`')
    const expect = this.#each([...path, 'expect'], fields.expect, (at, one) => this.#expectation(at, one))
    const notices =
      fields.notices === undefined
        ? undefined
        : this.#each([...path, 'notices'], fields.notices, (at, one) => this.#notice(at, one))
    if (expect.length === 0 && notices === undefined) throw this.#refused(path, 'nothing is expected of this test')
    const last = Math.max(0, ...expect.map(({at}) => at), ...(notices ?? []).map(({at}) => at))
    const until = fields.until === undefined ? last : this.#duration([...path, 'until'], fields.until)
    if (until < last)
      throw this.#refused([...path, 'until'], 'until is before the last moment something is expected of')
    const records = this.#each([...path, 'records'], fields.records ?? [], (at, one) => this.#records(at, one))
    const many = records.reduce((sum, {count}) => sum + count, 0)
    if (many > MOST_RECORDS) throw this.#refused([...path, 'records'], `more than ${MOST_RECORDS} records in one test`)
    return {
      name: fields.name === undefined ? `test ${index + 1}` : this.#text([...path, 'name'], fields.name),
      start: this.#moment([...path, 'start'], fields.start ?? START),
      records,
      silences: this.#each([...path, 'silences'], fields.silences ?? [], (at, one) => this.#silence(at, one)),
      expect,
      ...(notices ? {notices} : {}),
      until,
      where: this.#where(path),
    }
  }

  #records(path: Path, value: unknown): TestRecords {
    const {at, until, every, count, line, fields, ...rest} = this.#map(
      path,
      value,
      'records are `at:` and their fields',
    )
    const from = this.#duration([...path, 'at'], at, {signed: true})
    const apart = every === undefined ? 0 : this.#duration([...path, 'every'], every)
    if (until !== undefined && count !== undefined)
      throw this.#refused([...path, 'until'], 'give until or count, not both')
    let many = count === undefined ? 1 : this.#whole([...path, 'count'], count)
    if (until !== undefined) {
      if (apart === 0) throw this.#refused([...path, 'until'], 'until needs every: how far apart the records are')
      many = Math.ceil((this.#duration([...path, 'until'], until, {signed: true}) - from) / apart)
      if (many < 1) throw this.#refused([...path, 'until'], 'until must be after at')
    }
    if (fields !== undefined)
      Object.assign(rest, this.#map([...path, 'fields'], fields, 'fields are `name: value` lines'))
    const time = Object.keys(rest).find((key) => ['timestamp', '@timestamp', 'time'].includes(key))
    if (time !== undefined) throw this.#refused([...path, time], `${time}: the time of a record is \`at\``)
    return {
      at: from,
      count: many,
      every: apart,
      ...(line === undefined ? {} : {line: this.#text([...path, 'line'], line)}),
      fields: rest,
    }
  }

  #silence(path: Path, value: unknown): TestSilence {
    const fields = this.#known(path, value, KEYS.silence, 'a silence has from, until and matchers')
    const from = this.#duration([...path, 'from'], fields.from ?? '0s')
    const until = this.#duration([...path, 'until'], fields.until)
    if (until <= from) throw this.#refused([...path, 'until'], 'until must be after from')
    const matchers = this.#map([...path, 'matchers'], fields.matchers, 'matchers are `name: value` lines')
    return {from, until, matchers: texts(matchers) as Record<string, string>}
  }

  #expectation(path: Path, value: unknown): Expectation {
    const fields = this.#known(path, value, KEYS.expect, 'an expectation has at and state')
    const {group, groups, rule} = fields
    if (group !== undefined && groups !== undefined)
      throw this.#refused([...path, 'groups'], 'give group or groups, not both')
    return {
      at: this.#duration([...path, 'at'], fields.at),
      atText: String(fields.at),
      ...(rule === undefined ? {} : {rule: this.#text([...path, 'rule'], rule)}),
      ...(group === undefined ? {} : {group: texts(this.#map([...path, 'group'], group, 'a group is `field: value`'))}),
      state: this.#state([...path, 'state'], fields.state),
      ...(fields.value === undefined ? {} : {value: this.#number([...path, 'value'], fields.value)}),
      ...(groups === undefined ? {} : {groups: this.#whole([...path, 'groups'], groups)}),
      where: this.#where(path),
    }
  }

  #notice(path: Path, value: unknown): ExpectedNotice {
    const fields = this.#known(path, value, KEYS.notice, 'a notice has at, and how many alerts opened, again, resolved')
    const counts = (['opened', 'again', 'resolved'] as const).flatMap((kind) =>
      fields[kind] === undefined ? [] : [[kind, this.#whole([...path, kind], fields[kind])] as const],
    )
    return {
      at: this.#duration([...path, 'at'], fields.at),
      atText: String(fields.at),
      ...(fields.rule === undefined ? {} : {rule: this.#text([...path, 'rule'], fields.rule)}),
      ...Object.fromEntries(counts),
      where: this.#where(path),
    }
  }

  #state(path: Path, value: unknown): TestState {
    const state = TEST_STATES.find((one) => one === value)
    if (state) return state
    const other = {firing: 'open', resolved: 'inactive', ok: 'inactive'}[String(value)]
    const hint = other ?? this.nearest(String(value), TEST_STATES)
    throw this.#refused(path, `state must be one of ${TEST_STATES.join(', ')}, not ${shown(value)}`, hint)
  }

  #duration(path: Path, value: unknown, {signed = false} = {}): number {
    if (value === 0) return 0
    const text = typeof value === 'string' ? value.trim() : ''
    const minus = signed && text.startsWith('-')
    const ms = readDuration(minus ? text.slice(1) : text)
    if (ms !== undefined) return minus ? -ms : ms
    throw this.#refused(path, `${String(path.at(-1))} must be a duration such as 30s, 5m or 1h, not ${shown(value)}`)
  }

  #moment(path: Path, value: unknown): number {
    const ms = typeof value === 'string' && /(?:Z|[+-]\d{2}:\d{2})$/i.test(value) ? Date.parse(value) : Number.NaN
    if (!Number.isNaN(ms)) return ms
    throw this.#refused(path, `start must be a time such as ${START}, not ${shown(value)}`)
  }

  #whole(path: Path, value: unknown): number {
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
    throw this.#refused(path, `${String(path.at(-1))} must be a whole number, not ${shown(value)}`)
  }

  #number(path: Path, value: unknown): number {
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw this.#refused(path, `${String(path.at(-1))} must be a number, not ${shown(value)}`)
  }

  #text(path: Path, value: unknown): string {
    if (typeof value === 'string' && value !== '') return value
    throw this.#refused(path, `${String(path.at(-1))} must be a text, not ${shown(value)}`)
  }

  #each<T>(path: Path, value: unknown, read: (path: Path, value: unknown) => T): T[] {
    return this.#list(path, value).map((one, index) => read([...path, index], one))
  }

  #list(path: Path, value: unknown): unknown[] {
    if (Array.isArray(value)) return value
    const key = String(path.at(-1))
    throw this.#refused(path, value === undefined ? `${key} is missing: a list` : `${key} must be a list`)
  }

  #map(path: Path, value: unknown, wanted: string): Fields {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
    throw this.#refused(path, wanted)
  }

  #known(path: Path, value: unknown, keys: readonly string[], wanted: string): Fields {
    const fields = this.#map(path, value, wanted)
    const strange = Object.keys(fields).find((key) => !keys.includes(key))
    if (strange === undefined) return fields
    throw this.#refused([...path, strange], `unknown key ${strange}`, this.nearest(strange, keys), keys)
  }

  #refused(path: Path, problem: string, meant?: string, known?: readonly string[]): LogflowError {
    return this.#error(
      this.#where(path),
      problem,
      meant ? `Did you mean ${meant}?` : known && `Known are ${known.join(', ')}`,
    )
  }

  #refusedAt(offset: number, problem: string): LogflowError {
    return this.#error(this.#place(offset), problem)
  }

  #error(where: string, problem: string, suggestion?: string): LogflowError {
    return new LogflowError('BAD_RULE', `${where}: ${problem}`, {suggestions: suggestion ? [suggestion] : []})
  }

  /** Where a path is written, or the nearest thing around it that is. */
  #where(path: Path): string {
    for (let length = path.length; length > 0; length--) {
      const node = this.doc.getIn(path.slice(0, length), true) as {range?: [number]} | undefined
      if (node?.range) return this.#place(node.range[0])
    }
    return this.#place((this.doc.contents as {range?: [number]} | null)?.range?.[0] ?? 0)
  }

  #place(offset: number): string {
    const {line, col} = this.lines.linePos(offset)
    return `${this.name}:${line}:${col}`
  }
}

/** Values of groups and matchers are texts; a number or a truth value is what stores make of it. */
function texts(fields: Fields): Record<string, string | null> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, value === null ? null : String(value)]))
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
