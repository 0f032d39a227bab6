// Groups by names of the query language: which can be grouped by, and in which groups a record counts.

import {LogflowError} from '../errors/logflow-error.js'
import {targetOf} from '../query/field-names.js'
import {attributeValues, recordValues} from '../query/field-values.js'
import {MAX_FIELD_VALUE, STRING_FIELDS} from '../query/query.js'
import {textOf} from '../query/text-of.js'
import type {LogRecord} from '../record/record.js'
import {type Group, identityOf, type Question} from './question.js'

/** Most names of one question, and most groups of its answer. */
export const MOST_GROUP_NAMES = 3
export const MOST_GROUPS = 10_000
/** The same where messages are among the names: like the values of `by`, they are kinds to be made, not to be looked at. */
export const MOST_MESSAGE_GROUPS = 500_000
/** Most stretches of time of all groups of an answer together. */
export const MOST_GROUP_STRETCHES = 500_000

/** Fields of the record that have one value a record and few enough to make groups of. */
const GROUP_FIELDS = [
  'level',
  'message',
  ...STRING_FIELDS,
  'error.name',
  'source.file',
  'source.format',
  'source.topic',
] as const
export type RecordGroup = (typeof GROUP_FIELDS)[number]

/** What a name stands for. */
export type GroupName = {in: 'record'; name: RecordGroup} | {in: 'attributes'; path: string}

/** What a question groups by; `undefined` where it is asked for no such groups. Throws BAD_QUERY where it cannot. */
export function groupNamesOf({groups = [], by, top}: Question): GroupName[] | undefined {
  if (groups.length === 0) return undefined
  if (by !== undefined || top !== undefined)
    throw new LogflowError('BAD_QUERY', 'a question for groups has neither by nor top')
  return readGroupNames(groups)
}

/** Reads names to group by. Throws BAD_QUERY where one cannot be grouped by, one is there twice, or there are too many. */
export function readGroupNames(names: readonly string[]): GroupName[] {
  if (names.length > MOST_GROUP_NAMES)
    throw new LogflowError('BAD_QUERY', `${names.length} fields to group by are too many`, {
      suggestions: [`Name ${MOST_GROUP_NAMES} at most`],
    })
  const read = names.map(readGroupName)
  const twice = names.find((_, i) => read.findIndex((other) => isSame(other, read[i] as GroupName)) < i)
  if (twice !== undefined) throw new LogflowError('BAD_QUERY', `"${twice}" is there twice among the fields to group by`)
  return read
}

function readGroupName(name: string): GroupName {
  const target = targetOf([name])
  if (target.kind === 'level') return {in: 'record', name: 'level'}
  if (target.kind === 'texts') return {in: 'record', name: 'message'}
  const [field] = target.kind === 'fields' && target.fields.length === 1 ? target.fields : []
  if (field?.in === 'attributes' && field.path !== '') return {in: 'attributes', path: field.path}
  const known = GROUP_FIELDS.find((each) => field?.in === 'record' && each === field.name)
  if (known !== undefined) return {in: 'record', name: known}
  throw new LogflowError('BAD_QUERY', `"${name}" cannot be grouped by`, {
    suggestions: [`Group by an attribute, or by one of ${GROUP_FIELDS.join(', ')}`],
  })
}

function isSame(a: GroupName, b: GroupName): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/**
 * The groups of a record: each combination of its values, `null` where it has none. An attribute of several values (lists
 * are passed through) is in a group for each that is different; numbers and booleans are their text.
 */
export function groupsOf(record: LogRecord, names: readonly GroupName[]): Array<Array<string | null>> {
  let groups: Array<Array<string | null>> = [[]]
  for (const name of names) {
    const values = valuesOf(record, name)
    groups = values.length === 1 ? groups : atMostOneTooMany(groups, values.length)
    groups = groups.flatMap((group) => values.map((value) => [...group, value]))
  }
  return groups
}

/** Every combination is another group, so that more are refused anyway: they need not be made. */
function atMostOneTooMany<T>(groups: T[], factor: number): T[] {
  return groups.slice(0, Math.ceil((MOST_GROUPS + 1) / factor))
}

function valuesOf(record: LogRecord, name: GroupName): Array<string | null> {
  if (name.in === 'attributes') {
    const texts = attributeValues(record, name.path).map(textOf).flatMap(asValue)
    return texts.length === 0 ? NONE : [...new Set(texts)]
  }
  if (name.name === 'message') return [wellFormed(record.message)]
  const values = name.name === 'level' ? [record.level] : recordValues(record, name.name).map(textOf)
  const texts = values.flatMap((value) => (value === undefined ? [] : asValue(value)))
  return texts.length === 0 ? NONE : texts
}

const NONE: Array<string | null> = [null]

/** Longer ones are not found by queries either (MAX_FIELD_VALUE). */
function asValue(text: string): string[] {
  return text.length > MAX_FIELD_VALUE ? [] : [wellFormed(text)]
}

/** Half a surrogate pair is no character; stores keep U+FFFD in its place. */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd')
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Counts the groups of an answer; throws where they become too many. */
export class GroupLimit {
  readonly #known = new Set<string>()
  #stretches = 0

  readonly #names: readonly string[]

  constructor({groups = []}: Question) {
    this.#names = groups
  }

  /** Groups of an answer as they come, each once for each of its stretches. */
  add(groups: readonly Group[]): void {
    for (const group of groups) {
      this.#known.add(identityOf(group) as string)
      this.addStretch()
    }
    this.checkGroups(this.#known.size)
  }

  /** @param groups how many there are, by now */
  checkGroups(groups: number): void {
    const most = this.#names.includes('message') ? MOST_MESSAGE_GROUPS : MOST_GROUPS
    if (groups <= most) return
    throw tooManyGroups(this.#names, most)
  }

  /** Another group has a record in another stretch of time. */
  addStretch(): void {
    if (++this.#stretches <= MOST_GROUP_STRETCHES) return
    throw new LogflowError(
      'OUT_OF_MEMORY',
      `there are more than ${inWords(MOST_GROUP_STRETCHES)} counts, of groups by ${this.#names.join(', ')} over time`,
      {suggestions: ['Ask for less time, or for longer stretches of it']},
    )
  }
}

export function tooManyGroups(names: readonly string[], most: number): LogflowError {
  const what = names.length === 1 ? 'values' : 'combinations of values'
  return new LogflowError(
    'OUT_OF_MEMORY',
    `there are more than ${inWords(most)} different ${what} of ${names.join(', ')} to group by`,
    {suggestions: ['Group by a field with fewer values, narrow the query, or ask for less time']},
  )
}

function inWords(count: number): string {
  return count.toLocaleString('en-US')
}
