import type {Span} from '../log-event.js'
import type {Request} from '../request.js'
import {enter} from './enter.js'

export function signIn(request: Request): void {
  const {shopper, random} = request
  enter(request, 'POST', '/api/login', (gateway) =>
    request.call('auth', gateway, (auth) => {
      request.spend(500, 4000)
      if (random.chance(0.15)) request.log(auth, 'DEBUG', `user ${shopper.userId} loaded from the directory`)
      // The cost of a bcrypt comparison.
      request.spend(55_000, 140_000)
      if (random.chance(0.06)) {
        request.log(auth, 'WARN', `sign-in refused for ${shopper.userId}: wrong password`, {
          event: 'sign_in_refused',
          fields: ['user_id', shopper.userId, 'attempt', random.between(1, 5)],
        })
        return 401
      }
      shopper.signedIn = true
      request.log(auth, 'INFO', `${shopper.userId} signed in`, {
        event: 'signed_in',
        fields: ['user_id', shopper.userId, 'method', random.pick(['password', 'passkey', 'google'])],
        timed: true,
      })
      return 200
    }),
  )
}

/** The check of the token that every signed-in request passes; false when it has run out. */
export function checkToken(request: Request, parent: Span): boolean {
  const {shopper, random} = request
  return request.call('auth', parent, (auth) => {
    request.spend(300, 6000)
    if (random.chance(0.012)) {
      shopper.signedIn = false
      request.log(auth, 'WARN', `token of ${shopper.userId} expired ${random.between(1, 3000)} s ago`, {
        event: 'token_expired',
        fields: ['user_id', shopper.userId],
      })
      return false
    }
    if (random.chance(0.4)) {
      request.log(auth, 'DEBUG', `token ok for ${shopper.userId}`, {
        event: 'token_ok',
        fields: ['user_id', shopper.userId],
        timed: true,
      })
    }
    return true
  })
}
