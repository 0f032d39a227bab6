import type {Pool} from 'pg'
import {expect, test} from 'vitest'
import {kyselyPool} from '../../../src/lib/database/postgres/pool.js'

/** A pool whose one connection is found dead by the first statement; then the server is away. */
function dyingPool(): {pool: Pool; released: () => number} {
  let released = 0
  const failure = (code: string) => Object.assign(new Error(code), {code})
  const client = {
    query: async () => {
      throw failure('ECONNRESET')
    },
    release: () => {
      released += 1
      if (released > 1) throw new Error('released twice')
    },
  }
  let connected = 0
  const connect = async () => {
    connected += 1
    if (connected === 1) return client
    throw failure('ECONNREFUSED')
  }
  return {pool: {connect} as unknown as Pool, released: () => released}
}

test('a connection that is lost while the server goes away is given back once, and that is told as what it is', async () => {
  const {pool, released} = dyingPool()
  const client = await kyselyPool(pool, 'postgres://db/logflow').connect()
  const asked = (client.query as (sql: string, parameters: unknown[]) => Promise<unknown>)('select 1', [])
  await expect(asked).rejects.toMatchObject({code: 'DATABASE_UNREACHABLE', retriable: true})
  client.release()
  expect(released()).toBe(1)
})
