// What the commands of alerts have in common.

import type {StoredRule} from '../lib/alerts/alerts.js'
import type {AlertScreen} from '../lib/output/alert-text.js'
import type {Context} from './context.js'
import {listArgument, requiredArgument} from './global-flags.js'
import {toZone} from './zone-flag.js'

const RULE = 'Name or id of a rule'

export const ruleArgument = {rule: requiredArgument({description: RULE})}
export const rulesArgument = {rules: listArgument({description: `${RULE}; several may be given`})}

export function alertScreen({screen}: Context, flags: {timezone?: string | undefined} = {}): AlertScreen {
  return {screen, zone: toZone(flags.timezone), now: Date.now()}
}

/** Whether people read it, who want to be told that there is nothing. */
export function forPeople({format}: Context): boolean {
  return format === 'pretty' || format === 'table'
}

/** Ids of rules → rules. */
export function byId(rules: readonly StoredRule[]): Map<string, StoredRule> {
  return new Map(rules.map((rule) => [rule.id, rule]))
}

/** A page at a time until there are `most`, or no more. */
export async function pages<T extends {id: string}>(
  most: number,
  ask: (page: {limit: number; after?: string}) => Promise<T[]>,
): Promise<T[]> {
  const found: T[] = []
  while (found.length < most) {
    const limit = Math.min(PAGE, most - found.length)
    const last = found.at(-1)
    const page = await ask({limit, ...(last ? {after: last.id} : {})})
    found.push(...page)
    if (page.length < limit) break
  }
  return found
}

const PAGE = 1_000
