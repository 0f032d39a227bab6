import type {StoredRule} from './alerts.js'
import type {WrittenRule} from './rule.js'

/** The rule alone, as it can be written again: without id, version, owner, times and statistics. */
export function writtenOf(stored: StoredRule): WrittenRule {
  const {id: _, version, owner_id, owner, created_at, updated_at, statistics, ...written} = stored
  return written
}
