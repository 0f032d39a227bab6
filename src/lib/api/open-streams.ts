// How many streams are open at once: each follows the store for as long as somebody reads, so that a limit on requests
// alone would not bound them.

import type {FastifyReply} from 'fastify'
import type {Caller} from '../accounts/accounts.js'
import type {ApiParts} from './api.js'
import {LimitExceeded, whoOf} from './hooks/limits.js'

/** Of one user, or of one address that is not signed in. */
export const MOST_OF_ONE = 100
/** Of one server. */
const MOST = 1_000
/** When one may have ended. */
const AGAIN_AFTER_MS = 5_000

/** Streams by who reads them, of each server. */
const open = new WeakMap<ApiParts, Map<string, number>>()

/** Counts a stream until its answer is over. Throws THROTTLED where too many are open. */
export function admitStream(parts: ApiParts, reply: FastifyReply, caller: Caller): void {
  const counts = open.get(parts) ?? new Map<string, number>()
  open.set(parts, counts)
  const who = whoOf(caller)
  const own = counts.get(who) ?? 0
  if (own >= MOST_OF_ONE) throw new LimitExceeded(`${MOST_OF_ONE} streams at once`, AGAIN_AFTER_MS)
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (all >= MOST) throw new LimitExceeded(`${MOST} streams at once on this server`, AGAIN_AFTER_MS)
  if (reply.raw.destroyed) return
  counts.set(who, own + 1)
  reply.raw.once('close', () => {
    const left = (counts.get(who) ?? 1) - 1
    if (left > 0) counts.set(who, left)
    else counts.delete(who)
  })
}
