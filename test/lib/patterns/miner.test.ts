import {readdirSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {expect, test} from 'vitest'
import {createMiner, type MinerOptions, type Template} from '../../../src/lib/patterns/miner.js'
import {seededRandom} from '../../support/random.js'

const CASES = resolve(import.meta.dirname, '../../cases/patterns')

/** The messages themselves are the stats: what became of each can be asked. */
const MESSAGES: MinerOptions<string[]>['stats'] = {create: () => [], merge: (into, from) => into.push(...from)}

function mine(messages: Iterable<string>, maxShapes?: number): Array<Template<string[]>> {
  const miner = createMiner({stats: MESSAGES, ...(maxShapes === undefined ? {} : {maxShapes})})
  for (const message of messages) miner.add(message).push(message)
  return miner.templates()
}

function add(into: {n: number}, from: {n: number}): void {
  into.n += from.n
}

const asText = (templates: Array<Template<unknown>>) => templates.map(({count, text}) => `${count} ${text}`)

interface Case {
  name: string
  messages: string[]
  expected: string[]
}

function readCases(): Case[] {
  return readdirSync(CASES)
    .filter((file) => file.endsWith('.txt'))
    .flatMap((file) => readFileSync(join(CASES, file), 'utf8').split(/^## /m).slice(1))
    .map((block) => {
      const [name = '', ...lines] = block.trimEnd().split('\n')
      const cut = lines.lastIndexOf('---', lines.length - 2)
      const messages = lines.slice(0, cut).map((line) => line.replaceAll('\\n', '\n'))
      return {name, messages, expected: lines.slice(cut + 1)}
    })
}

const cases = readCases()

test.each(cases)('$name', ({messages, expected}) => {
  expect(asText(mine(messages))).toEqual(expected)
})

test('the order of messages decides nothing', () => {
  const messages = cases.flatMap((one) => one.messages)
  const expected = mine(messages).map(({id, count}) => ({id, count}))
  expect(mine([...messages].reverse()).map(({id, count}) => ({id, count}))).toEqual(expected)
  const random = seededRandom(7)
  const shuffled = messages.map((message) => ({message, at: random()})).sort((a, b) => a.at - b.at)
  expect(mine(shuffled.map(({message}) => message)).map(({id, count}) => ({id, count}))).toEqual(expected)
})

test('a template asked for between messages grows with them', () => {
  const miner = createMiner({stats: MESSAGES})
  const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay']
  for (const name of names.slice(0, 4)) miner.add(`user ${name} logged in`).push(name)
  expect(miner.templates()).toHaveLength(4)
  for (const name of names.slice(4)) miner.add(`user ${name} logged in`).push(name)
  const [template, ...others] = miner.templates()
  expect(others).toEqual([])
  expect(template).toMatchObject({text: 'user <*> logged in', count: 6, example: 'user ann logged in'})
  expect(template?.stats.sort()).toEqual(names)
  miner.add('user gus logged in', 10).push('gus')
  expect(miner.templates()).toMatchObject([{text: 'user <*> logged in', count: 16, id: template?.id}])
})

test('the id is made of the text alone', () => {
  const [alone] = mine(['order 1 paid'])
  const [beside] = mine(['order 2 paid', 'order 3 paid', 'something else'])
  expect(alone?.id).toMatch(/^[0-9a-f]{12}$/)
  expect(beside?.id).toBe(alone?.id)
})

test('memory is bounded, and no message is lost, whatever comes', () => {
  const random = seededRandom(11)
  const word = () => Array.from({length: 6}, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('')
  const marks = [' ', ': ', ' (', ') ', ' = ']
  const messages = Array.from({length: 5_000}, (_, index) => {
    let text = word()
    for (let words = index % 9; words > 0; words--) text += marks[Math.floor(random() * marks.length)] + word()
    return text
  })
  const miner = createMiner({
    stats: {create: () => ({n: 0}), merge: add},
    maxShapes: 400,
  })
  for (const [index, message] of messages.entries()) {
    miner.add(message).n++
    if (index % 100 === 0) miner.add('order 1 was paid').n++
  }
  const templates = miner.templates()
  expect(templates.length).toBeLessThanOrEqual(400)
  expect(miner.coarsened).toBeGreaterThan(0)
  expect(templates.reduce((sum, {count}) => sum + count, 0)).toBe(5_050)
  expect(templates.reduce((sum, {stats}) => sum + stats.n, 0)).toBe(5_050)
  // What is frequent keeps its template, whatever came beside it.
  expect(templates.find(({text}) => text === 'order <*> was paid')?.count).toBe(50)
})

test('an endless message, words and all, is cut to a template of bounded length', () => {
  const [words, blob, spaces] = [
    mine(['word '.repeat(100_000)]),
    mine(['x'.repeat(1_000_000)]),
    mine([' '.repeat(1e6)]),
  ]
  expect(words[0]?.text.length).toBeLessThan(500)
  expect(words[0]?.example.length).toBeLessThan(600)
  expect(blob.map(({text}) => text)).toEqual(['<*>'])
  expect(spaces.map(({text}) => text)).toEqual([''])
})
