import {LogflowError} from '../errors/logflow-error.js'
import {ROLES} from './accounts.js'

/** Begins with a letter or digit, so that it is never taken for a flag; ASCII, so that no two look the same. */
const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const EMAIL = /^[^\s@\p{C}]{1,64}@[^\s@\p{C}]{1,189}$/u

/** Names that mean something else, or that nobody shall take for the administrator's. */
const RESERVED = new Set(['admin', 'administrator', 'root', 'system', 'logflow', 'engine', 'anonymous', 'local', 'me'])

export interface UserFields {
  username?: string
  email?: string | null
  full_name?: string | null
  role?: string
}

/** USAGE for a field that an account cannot have. */
export function checkUser({username, email, full_name, role}: UserFields): void {
  if (username !== undefined && (!USERNAME.test(username) || UUID.test(username) || username.toLowerCase() === 'me')) {
    throw new LogflowError(
      'USAGE',
      'a username is 3 to 64 of the letters a-z, digits, ".", "_" and "-", and begins with a letter or digit',
    )
  }
  if (typeof email === 'string' && !EMAIL.test(email)) {
    throw new LogflowError('USAGE', 'that is no email address: name@example.com')
  }
  if (typeof full_name === 'string' && (!/^[^\p{C}]{1,200}$/u.test(full_name) || full_name.trim() === '')) {
    throw new LogflowError('USAGE', 'a full name is 1 to 200 printable characters')
  }
  if (role !== undefined && !(ROLES as readonly string[]).includes(role)) {
    throw new LogflowError('USAGE', `a role is one of ${ROLES.join(', ')}`)
  }
}

/** Whether nobody but an admin may give an account this name. */
export function isReserved(username: string): boolean {
  return RESERVED.has(username.toLowerCase())
}

/** Names and addresses are the same without regard to case. */
export function keyOf(text: string): string {
  return text.toLowerCase()
}
