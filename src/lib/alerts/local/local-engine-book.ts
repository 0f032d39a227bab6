// The engine's book in the database: one function a use in the files beside this one; here they become the port.

import type {Database} from '../../database/database.js'
import type {EngineBook} from '../engine-book.js'
import {commitAll} from './commit.js'
import {noteFailure, noteMissed} from './failures.js'
import {forgetBefore} from './forget.js'
import {leaseHolder, releaseLease, takeLease} from './lease.js'
import {loadRules} from './load.js'
import {claimNotices, nextNoticeAt, settleNotice} from './notices.js'
import type {RuleReading} from './parts.js'

export interface EngineBookOptions {
  database: Database
  rules: RuleReading
  /** For the lease, where the database has no clock of its own. */
  now?: () => Date
}

/** The database is migrated already, and closed by whoever opened it. */
export function openEngineBook({database, rules, now = () => new Date()}: EngineBookOptions): EngineBook {
  const clock = {database, now}
  const commitMany: EngineBook['commitMany'] = async (commits, at) =>
    commits.length === 0 ? [] : database.transaction((queries) => commitAll(queries, commits, {rules, now: at}))
  return {
    takeLease: (holder, ms) => takeLease(clock, holder, ms),
    leaseHolder: () => leaseHolder(clock),
    releaseLease: (holder) => releaseLease(clock, holder),
    load: () => database.snapshot(loadRules),
    commitMany,
    commit: async (rule, state, events, notices, at) =>
      (await commitMany([{rule, state, events, notices}], at))[0] === true,
    noteFailure: (ruleId, reason, at) => database.transaction((queries) => noteFailure(queries, ruleId, reason, at)),
    noteMissed: (ruleId, detail, at) => database.transaction((queries) => noteMissed(queries, ruleId, detail, at)),
    claimNotices: (holder, at, limit, holdMs) =>
      database.transaction((queries) => claimNotices(queries, {holder, now: at, limit, holdMs})),
    settleNotice: (id, outcome, at) => database.transaction((queries) => settleNotice(queries, id, outcome, at)),
    nextNoticeAt: () => nextNoticeAt(database.queries),
    forgetBefore: (moment) => database.transaction((queries) => forgetBefore(queries, moment)),
  }
}
