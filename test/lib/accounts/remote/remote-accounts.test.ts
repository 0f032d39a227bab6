import {expect, onTestFinished, test} from 'vitest'
import type {Accounts, Caller} from '../../../../src/lib/accounts/accounts.js'
import {RemoteAccounts} from '../../../../src/lib/accounts/remote/remote-accounts.js'
import {anonymous, localCaller} from '../../../../src/lib/accounts/scopes.js'
import {RemoteClient} from '../../../../src/lib/remote/client.js'
import {accountsContract} from '../../../contracts/accounts.js'
import {accountsOver} from '../../../support/open-accounts.js'
import {type RunningServer, runServer} from '../../../support/running-server.js'

const ADMIN = {username: 'root-admin', password: 'correct horse', role: 'admin'} as const

function reach({url}: RunningServer, token?: string): RemoteAccounts {
  return new RemoteAccounts(new RemoteClient({url, ...(token === undefined ? {} : {token})}))
}

/** Somebody at work with this token. */
async function holding(server: RunningServer, token: string): Promise<{accounts: RemoteAccounts; caller: Caller}> {
  const accounts = reach(server, token)
  return {accounts, caller: await accounts.authenticate(token, {})}
}

async function withAdmin(env: Record<string, string> = {}) {
  let opened: Promise<Accounts> | undefined
  const server = await runServer({
    env: {LOGFLOW_API_RATE_LIMITS: 'off', ...env},
    parts: ({database}) => ({
      accounts: () => {
        opened ??= database().then((open) => accountsOver(open))
        return opened
      },
    }),
  })
  await accountsOver(await server.app.database()).create(localCaller('root'), ADMIN)
  const anybody = reach(server)
  const {access_token} = await anybody.signIn({}, ADMIN)
  return {server, anybody, admin: await holding(server, access_token)}
}

accountsContract('accounts of a server', async () => {
  const {server, anybody, admin} = await withAdmin()
  return {admin, anybody, holding: (bearer) => holding(server, bearer), close: () => server.close()}
})

test('names that would lead elsewhere lead nowhere', async () => {
  const {server, admin} = await withAdmin()
  onTestFinished(() => server.close())
  const {accounts, caller} = admin
  for (const who of ['', '.', '..', 'me', '../auth/me', '\ud800', '%2e%2e', 'a/b'])
    await expect(accounts.show(caller, who)).rejects.toMatchObject({code: 'NOT_FOUND'})
  await expect(accounts.remove(caller, 'me')).rejects.toMatchObject({code: 'NOT_FOUND'})
  expect((await accounts.list(caller)).map(({username}) => username)).toEqual([ADMIN.username])
  for (const bearer of ['a b', 'a\nx: y', 'ü', ''])
    await expect(accounts.authenticate(bearer, {})).rejects.toMatchObject({code: 'UNAUTHORISED'})
})

test('a session that has ended is told as that; what was refused is not sent twice', async () => {
  const {server, anybody, admin} = await withAdmin({LOGFLOW_API_REGISTRATION: 'false'})
  onTestFinished(() => server.close())
  await expect(anybody.create(anonymous({}), {username: 'eve', password: 'long enough'})).rejects.toMatchObject({
    code: 'FORBIDDEN',
  })
  const {access_token} = await anybody.signIn({}, ADMIN)
  const {accounts, caller} = await holding(server, access_token)
  await accounts.signOut(access_token, {})
  await expect(accounts.list(caller)).rejects.toMatchObject({
    code: 'UNAUTHORISED',
    suggestions: expect.arrayContaining([`logflow auth login ${server.url}`]),
  })
  expect(await admin.accounts.any()).toBe(true)
})
