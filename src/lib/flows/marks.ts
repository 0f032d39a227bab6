// A mark: where the bus stood at a moment, so that a later question can be about what came after it, whatever the
// clocks of the senders say.

import {mkdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Bus} from '../bus/bus.js'
import {LogflowError} from '../errors/logflow-error.js'
import type {NumberField, QueryNode, Test} from '../query/query.js'
import {replaceFile} from '../sources/replace-file.js'
import {tellFileError} from './text-file.js'

const FORMAT = 1
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

export interface Mark {
  name: string
  /** When it was made, RFC 3339. */
  at: string
  topic: string
  /** See TopicState; absent where the topic was not there yet. */
  incarnation?: string
  /** The offset that the next unit of each partition gets. */
  positions: Record<string, number>
}

/** Takes note of where a topic ends now. Another mark of this name is replaced. Throws USAGE for a bad name. */
export async function makeMark(bus: Bus, dir: string, mark: Pick<Mark, 'name' | 'at' | 'topic'>): Promise<Mark> {
  const path = pathOf(dir, mark.name)
  const {incarnation, partitions} = await bus.describe(mark.topic)
  const positions = Object.fromEntries(partitions.map(({partition, next}) => [partition, next]))
  const made: Mark = {...mark, ...(incarnation === undefined ? {} : {incarnation}), positions}
  try {
    await mkdir(dir, {recursive: true, mode: 0o700})
    await replaceFile(path, `${JSON.stringify({format: FORMAT, ...made})}\n`, {temporary: `${path}.new`, mode: 0o600})
  } catch (error) {
    throw tellFileError('write', path, error)
  }
  return made
}

/** Throws USAGE where there is none of this name, CORRUPT where it cannot be read. */
export async function readMark(dir: string, name: string): Promise<Mark> {
  const path = pathOf(dir, name)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw tellFileError('read', path, error)
    throw new LogflowError('USAGE', `there is no mark "${name}"`, {suggestions: [`logflow mark ${name}`]})
  }
  const mark = parsed(text)
  if (!mark) {
    throw new LogflowError('CORRUPT', `${path} is no mark of this logflow`, {
      suggestions: [`Make it again: logflow mark ${name}`],
    })
  }
  return mark
}

/**
 * What came after a mark: units of its topic at or behind the offsets it speaks of, and all of partitions that were
 * made since. Throws NOT_CAUGHT_UP where the topic has begun anew, since offsets mean nothing then.
 */
export async function sinceMark(bus: Bus, mark: Mark): Promise<QueryNode> {
  const {incarnation} = await bus.describe(mark.topic)
  if (mark.incarnation !== undefined && incarnation !== mark.incarnation) {
    throw new LogflowError('NOT_CAUGHT_UP', `topic "${mark.topic}" was made anew since the mark "${mark.name}"`, {
      suggestions: [`Make it again: logflow mark ${mark.name}`],
    })
  }
  const known = Object.entries(mark.positions)
  const on = (partition: string) => number('source.partition', equal(partition))
  const later: QueryNode[] = known.map(([partition, next]) => ({
    kind: 'and',
    nodes: [
      on(partition),
      number('source.kafka_offset', {kind: 'range', from: {value: String(next), inclusive: true}}),
    ],
  }))
  const topic: QueryNode = {kind: 'field', field: {in: 'record', name: 'source.topic'}, test: equal(mark.topic, true)}
  if (known.length === 0) return topic
  const made: QueryNode = {kind: 'not', node: {kind: 'or', nodes: known.map(([partition]) => on(partition))}}
  return {kind: 'and', nodes: [topic, {kind: 'or', nodes: [...later, made]}]}
}

function number(name: NumberField, test: Test): QueryNode {
  return {kind: 'field', field: {in: 'record', name}, test}
}

function equal(value: string, quoted = false): Test {
  return {kind: 'equals', value, quoted}
}

function pathOf(dir: string, name: string): string {
  if (!NAME.test(name)) {
    throw new LogflowError('USAGE', `${JSON.stringify(name)} cannot name a mark`, {
      suggestions: ['Use letters, digits, dots, - and _, up to 100 of them'],
    })
  }
  return join(dir, `${name}.json`)
}

function parsed(text: string): Mark | undefined {
  try {
    const {format, ...mark} = JSON.parse(text) as Mark & {format: number}
    const offsets = Object.values(mark.positions ?? {'': 'none'})
    const good = typeof mark.topic === 'string' && offsets.every((next) => Number.isSafeInteger(next))
    return format === FORMAT && good ? mark : undefined
  } catch {
    return undefined
  }
}
