import type {Caller} from '../../accounts/accounts.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {NoticeTest} from '../alerts.js'
import type {Parts} from './parts.js'
import {needOwner, needWriter} from './rights.js'
import {ruleNamed, writtenIn} from './rule-rows.js'

/** For who may change the rule: others could have its destination told things in its name. */
export async function notifyTest(
  {database, rules, sendTest}: Parts,
  caller: Caller,
  which: string,
): Promise<NoticeTest> {
  needWriter(caller)
  const row = await ruleNamed(database.queries, which)
  needOwner(caller, row.owner_id, `the rule ${JSON.stringify(row.name)}`)
  if (!sendTest) throw new LogflowError('NOT_SUPPORTED', 'there are no channels here that a notice could be sent over')
  return sendTest({id: row.id, rule: rules.read(writtenIn(row)), trusted: row.owner_id === null})
}
