import {expect, onTestFinished, test} from 'vitest'
import {localCaller} from '../../../src/lib/accounts/scopes.js'
import {makeFirstAdmin} from '../../../src/lib/flows/first-admin.js'
import {accountsOver, openTestDatabase} from '../../support/open-accounts.js'

const CALLER = localCaller('root')
const PASSWORD = 'correct horse'

async function openEmpty() {
  const database = await openTestDatabase()
  onTestFinished(() => database.close())
  return accountsOver(database)
}

test('is made of the password that is given, once', async () => {
  const accounts = await openEmpty()
  expect(await accounts.any()).toBe(false)
  const {made, warnings} = await makeFirstAdmin(accounts, {caller: CALLER, password: PASSWORD, loopback: false})
  expect(made).toMatchObject({username: 'admin', role: 'admin'})
  expect(warnings).toEqual([])
  const again = await makeFirstAdmin(accounts, {caller: CALLER, password: 'another one', loopback: false})
  expect(again).toEqual({warnings: []})
  await accounts.signIn({}, {username: 'admin', password: PASSWORD})
})

test('is not made without one, which is told', async () => {
  const accounts = await openEmpty()
  const {made, warnings} = await makeFirstAdmin(accounts, {caller: CALLER, loopback: true})
  expect(made).toBeUndefined()
  expect(warnings).toEqual([expect.stringContaining('logflow users create NAME --admin')])
  expect(await accounts.list(CALLER)).toEqual([])
})

test('of development is made on the loopback address alone, with a warning', async () => {
  const accounts = await openEmpty()
  const open = makeFirstAdmin(accounts, {caller: CALLER, dev: true, loopback: false})
  await expect(open).rejects.toMatchObject({code: 'USAGE'})
  expect(await accounts.any()).toBe(false)
  const {made, warnings} = await makeFirstAdmin(accounts, {caller: CALLER, dev: true, loopback: true})
  expect(made).toMatchObject({username: 'admin'})
  expect(warnings).toEqual([expect.stringContaining('everybody knows')])
  await accounts.signIn({}, {username: 'admin', password: 'admin123'})
})

test('of several servers that start at once, one makes it', async () => {
  const accounts = await openEmpty()
  const options = {caller: CALLER, password: PASSWORD, loopback: true}
  const all = await Promise.all([1, 2, 3].map(() => makeFirstAdmin(accounts, options)))
  expect(all.filter(({made}) => made)).toHaveLength(1)
})

test('does not take over an account of that name, and people who registered are no admins', async () => {
  const accounts = await openEmpty()
  await accounts.create(CALLER, {username: 'Admin', password: PASSWORD})
  const failed = makeFirstAdmin(accounts, {caller: CALLER, password: PASSWORD, loopback: true})
  await expect(failed).rejects.toMatchObject({code: 'ALREADY_THERE'})
  expect(await accounts.show(CALLER, 'admin')).toMatchObject({role: 'user'})
})

test.each(['short', 'x'.repeat(73)])('a password like %j is refused', async (password) => {
  const accounts = await openEmpty()
  const failed = makeFirstAdmin(accounts, {caller: CALLER, password, loopback: true})
  await expect(failed).rejects.toMatchObject({code: 'USAGE'})
})
