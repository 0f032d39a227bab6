import type {ApiToken} from '../lib/accounts/accounts.js'
import {parseDuration} from '../lib/config/read-value.js'
import type {RowColumn} from '../lib/output/rows.js'
import {UsageError} from './show-error.js'

const optional = (value: unknown) => (value === undefined ? '-' : String(value))

export const TOKEN_COLUMNS: readonly RowColumn[] = [
  {title: 'name'},
  {title: 'username'},
  {title: 'scopes', show: (value) => (value as string[]).join(',')},
  {title: 'prefix'},
  {title: 'expires', key: 'expires_at', least: 10, show: (value) => (value === undefined ? 'never' : String(value))},
  {title: 'last used', key: 'last_used_at', least: 10, show: optional},
  {title: 'id', least: 9},
]

export const REVOKED_COLUMN: RowColumn = {title: 'revoked', key: 'revoked_at', least: 10, show: optional}

/** The end of a token, as RFC 3339: of a duration from now (`90d`), or a time. */
export function endOf(text: string, now: Date): string {
  const ms = parseDuration(text)
  if (ms !== undefined) return new Date(now.getTime() + ms).toISOString()
  const time = /^\d{4}-\d\d-\d\d([T ]|$)/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) {
    throw new UsageError(
      `--expires takes a duration such as 90d or a time such as 2026-12-31, not ${JSON.stringify(text)}`,
    )
  }
  return new Date(time).toISOString()
}

/** The token of an id, or of the beginning of the secret or the id, where that is one alone. */
export function tokenMeant(tokens: readonly ApiToken[], text: string): ApiToken | undefined {
  const exact = tokens.find(({id}) => id === text)
  if (exact) return exact
  const near = text.length < 4 ? [] : tokens.filter(({id, prefix}) => id.startsWith(text) || prefix === text)
  if (near.length > 1) {
    throw new UsageError(`${JSON.stringify(text)} is the beginning of ${near.length} tokens: say more of the id`)
  }
  return near[0]
}
