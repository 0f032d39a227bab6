import {join} from 'node:path'
import {expect, test} from 'vitest'
import {openLake} from '../../../src/lib/store/lake/lake.js'
import {type OnQuestion, watchedStore} from '../../../src/lib/store/watched-store.js'
import {fakeItems} from '../../contracts/store-records.js'
import {tempFolder} from '../../support/temp-folder.js'

interface Asked {
  operation: string
  seconds?: number
  error?: unknown
}

function watcher(): {asked: Asked[]; onQuestion: OnQuestion} {
  const asked: Asked[] = []
  return {
    asked,
    onQuestion(operation) {
      const one: Asked = {operation}
      asked.push(one)
      return {
        run: (work) => work(),
        end: (seconds, error) => Object.assign(one, {seconds, ...(error === undefined ? {} : {error})}),
      }
    },
  }
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const page of pages) found.push(page)
  return found
}

const ALL = {query: {kind: 'all'}} as const

async function filled() {
  const store = await openLake({dir: join(tempFolder(), 'lake')})
  const {asked, onQuestion} = watcher()
  const watched = watchedStore(store, onQuestion)
  const writer = await watched.openWriter()
  const written = await writer.write({items: fakeItems(50), positions: []})
  await writer.close()
  return {store, watched, asked, written}
}

test('each question is told once, with its time, and answered as by the store itself', async () => {
  const {store, watched, asked, written} = await filled()
  const request = {...ALL, order: 'newest', limit: 10} as const
  const found = (await all(watched.search(request))).flat()
  expect(found).toEqual((await all(store.search(request))).flat())
  expect(await watched.count(ALL)).toBe(written.stored)
  expect(await watched.get(found[0]?.id as string)).toEqual(found[0])
  expect(await watched.values('level', 3)).toEqual(await store.values('level', 3))
  expect(asked.map(({operation}) => operation)).toEqual(['open_writer', 'write', 'search', 'count', 'get', 'values'])
  for (const {seconds, error} of asked) {
    expect(seconds).toBeGreaterThanOrEqual(0)
    expect(error).toBeUndefined()
  }
  await store.close()
})

test('who wants no more pages ends the question; their own time is not in it', async () => {
  const {store, watched, asked} = await filled()
  for await (const page of watched.search({...ALL, order: 'oldest', limit: Infinity})) {
    expect(page.length).toBeGreaterThan(0)
    break
  }
  expect(asked.at(-1)).toMatchObject({operation: 'search', seconds: expect.any(Number)})
  await store.close()
})

test('a question that fails is told with its error, which is passed on', async () => {
  const {store, watched, asked} = await filled()
  const broken = watchedStore(
    Object.assign(Object.create(store), {
      count: () => Promise.reject(new Error('no')),
      search: async function* () {
        yield []
        throw new Error('torn')
      },
    }),
    (operation) => {
      const one: Asked = {operation}
      asked.push(one)
      return {run: (work) => work(), end: (seconds, error) => Object.assign(one, {seconds, error})}
    },
  )
  await expect(broken.count(ALL)).rejects.toThrow('no')
  await expect(all(broken.search({...ALL, order: 'oldest', limit: 1}))).rejects.toThrow('torn')
  expect(asked.slice(-2).map(({operation, error}) => [operation, String(error)])).toEqual([
    ['count', 'Error: no'],
    ['search', 'Error: torn'],
  ])
  await watched.close()
})

test('what a store cannot do stays absent', async () => {
  const {store} = await filled()
  const plain = Object.assign(Object.create(store), {texts: undefined, explain: undefined, inspect: undefined})
  const watched = watchedStore(plain, watcher().onQuestion)
  expect(watched.texts).toBeUndefined()
  expect(watched.explain).toBeUndefined()
  expect(watched.inspect).toBeUndefined()
  expect(watchedStore(store, watcher().onQuestion).texts).toBeDefined()
  await store.close()
})
