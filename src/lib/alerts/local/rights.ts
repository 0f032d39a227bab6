import type {Caller} from '../../accounts/accounts.js'
import {isAdmin} from '../../accounts/scopes.js'
import {LogflowError} from '../../errors/logflow-error.js'

/** Whether nobody may be let in unnamed is for the doorway to decide; a token that was made for something else is not. */
export function needReader(caller: Caller): void {
  if (caller.subject === 'anonymous' || caller.scopes.has('read') || caller.scopes.has('alerts')) return
  throw new LogflowError('FORBIDDEN', 'this token may not read alerts', {
    suggestions: ['Use a token with the scope read or alerts'],
  })
}

export function needWriter(caller: Caller): void {
  if (caller.subject === 'anonymous') throw new LogflowError('UNAUTHORISED', 'sign in first')
  if (caller.scopes.has('alerts')) return
  throw new LogflowError('FORBIDDEN', 'this token may not change rules, alerts or silences', {
    suggestions: ['Use a token with the scope alerts'],
  })
}

/** @param what is theirs: `the rule "many errors"` */
export function needOwner(caller: Caller, owner: string | null, what: string): void {
  if (isAdmin(caller) || owner === caller.subject) return
  throw new LogflowError('FORBIDDEN', `${what} is for its owner and for admins to change`)
}

/** Works on the machine itself, where whoever writes the database may do everything anyway. */
export function isLocal(caller: Caller): boolean {
  return caller.subject.startsWith('local:')
}

/** As it stands in rows that outlive accounts; a local user is never taken for an account of that name. */
export function nameOf(caller: Caller): string {
  return isLocal(caller) ? caller.subject : (caller.username ?? caller.subject)
}
