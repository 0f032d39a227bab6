import type {User} from '../lib/accounts/accounts.js'
import {escapeLine} from '../lib/output/escape-controls.js'
import type {RowColumn} from '../lib/output/rows.js'
import {argument, requiredArgument} from './global-flags.js'

export const USER_COLUMNS: readonly RowColumn[] = [
  {title: 'username'},
  {title: 'role'},
  {title: 'active', show: (value) => (value ? 'yes' : 'no')},
  {title: 'email', least: 12, show: optional},
  {title: 'last sign-in', key: 'last_sign_in_at', least: 16, show: optional},
  {title: 'id', least: 9},
]

function optional(value: unknown): string {
  return value === undefined ? '-' : String(value)
}

/** One account for people, a line each. */
export function userText(user: User): string {
  const facts: Array<[string, string | undefined]> = [
    ['username', user.username],
    ['id', user.id],
    ['role', user.role],
    ['active', user.active ? 'yes' : 'no: may not sign in'],
    ['email', user.email],
    ['full name', user.full_name],
    ['created', user.created_at],
    ['updated', user.updated_at],
    ['last sign-in', user.last_sign_in_at ?? 'never'],
  ]
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(12)}  ${escapeLine(value as string)}\n`)
    .join('')
}

const WHO = {description: 'Its username or id'}
export const whoArgument = {who: requiredArgument(WHO)}
export const optionalWhoArgument = {who: argument({description: `${WHO.description}; your own at a server`})}
