// The first admin of an installation. Nobody can sign in before there is one, and none is there by default.

import type {Accounts, Caller, User} from '../accounts/accounts.js'
import {LogflowError} from '../errors/logflow-error.js'

export const FIRST_ADMIN = 'admin'
/** Of `up --dev`, on the loopback address alone. */
export const DEV_PASSWORD = 'admin123'

export interface FirstAdminOptions {
  /** Who makes it: on the machine itself. */
  caller: Caller
  /** Of LOGFLOW_ADMIN_PASSWORD. */
  password?: string
  /** `up --dev`: without a password it is {@link DEV_PASSWORD}. */
  dev?: boolean
  /** Whether only this machine reaches the server. */
  loopback: boolean
}

export interface FirstAdmin {
  /** The account that was made now. */
  made?: User
  /** What the user should know, a line each. */
  warnings: string[]
}

/**
 * Makes the account `admin` where there is no admin who could sign in and a password for one is given. Rejects with
 * USAGE (development where others reach it, a password that is none) or ALREADY_THERE (the name is another's).
 */
export async function makeFirstAdmin(accounts: Accounts, options: FirstAdminOptions): Promise<FirstAdmin> {
  const {caller, dev = false, loopback} = options
  if (dev && !loopback) {
    throw new LogflowError(
      'USAGE',
      '--dev makes an admin whose password everybody knows: not where others can reach it',
      {
        suggestions: ['Listen on 127.0.0.1', 'Leave --dev out, and set LOGFLOW_ADMIN_PASSWORD'],
      },
    )
  }
  if (await accounts.any()) return {warnings: []}
  const password = options.password ?? (dev ? DEV_PASSWORD : undefined)
  if (password === undefined) return {warnings: [NOBODY]}
  const made = await make(accounts, caller, password)
  return {...(made ? {made} : {}), warnings: password === DEV_PASSWORD ? [KNOWN] : []}
}

const NOBODY =
  'there is no admin yet: logflow users create NAME --admin makes one, or LOGFLOW_ADMIN_PASSWORD at the next start'
const KNOWN = `the account ${FIRST_ADMIN} has the password ${DEV_PASSWORD}, which everybody knows: for development alone`

async function make(accounts: Accounts, caller: Caller, password: string): Promise<User | undefined> {
  try {
    return await accounts.create(caller, {username: FIRST_ADMIN, password, role: 'admin'})
  } catch (error) {
    if (!(error instanceof LogflowError) || error.code !== 'ALREADY_THERE') throw error
    // Another server that started at the same time was first.
    if (await accounts.any()) return undefined
    throw new LogflowError('ALREADY_THERE', `there is an account ${FIRST_ADMIN} already, which is no admin`, {
      cause: error,
      suggestions: [`logflow users update ${FIRST_ADMIN} --role admin --enable`],
    })
  }
}
