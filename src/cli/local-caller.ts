import {userInfo} from 'node:os'
import type {Caller} from '../lib/accounts/accounts.js'
import {localCaller} from '../lib/accounts/scopes.js'

/** Who runs this command, for the audit trail; against a server its token says who it is. */
export function callerHere(): Caller {
  return localCaller(systemUser())
}

/** Containers run as numbers that have no name. */
function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
