import {rmSync} from 'node:fs'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'

// A long ship starts a processor beside it: it must store what and where the ship itself would.

const LINES = 60_000
const home = emptyHome()
beforeAll(async () => {
  await buildLogflow()
  const args = ['generate', '--count', String(LINES), '--seed', 'beside', '--start', '2026-01-01T00:00:00Z']
  await runLogflow([...args, '--to', 'shop.log'], {home})
})
afterAll(() => rmSync(home, {recursive: true, force: true}))

test('with another store than the embedded one, nothing goes into the embedded one', async () => {
  const ran = await runLogflow(['ship', 'shop.log', '--store', 'http://127.0.0.1:9', '--no-wait'], {
    home,
    timeout: 60_000,
  })
  expect(ran.status).toBe(3)
  const {bus, store} = JSON.parse((await runLogflow(['status', '--json'], {home})).stdout)
  expect(bus.lag).toBe(LINES)
  expect(store.records).toBe(0)
})

test('what it stored is in the counts', async () => {
  const ran = await runLogflow(['ship', 'shop.log', '--json', '--topic', 'other'], {home, timeout: 60_000})
  expect(ran.status).toBe(0)
  expect(JSON.parse(ran.stdout)).toMatchObject({records: LINES, processed: {read: LINES, stored: LINES}})
})
