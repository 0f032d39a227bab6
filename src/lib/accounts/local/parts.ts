import type {Database} from '../../database/database.js'
import type {Passwords} from '../passwords.js'

/** What local accounts tell of themselves; logflow's own signals fit. */
export interface AccountSignals {
  counters: {
    authAttempt(result: 'success' | 'failure' | 'throttled'): void
    userRegistered(): void
  }
  log: {
    audit(event: string, fields: Record<string, unknown>): void
    error(event: string, error: unknown): void
  }
}

/** What the functions of this room work with. */
export interface Parts {
  database: Database
  passwords: Passwords
  /** Signs JWTs; asked for when it is needed. */
  key(): Promise<Uint8Array>
  now(): Date
  /** How long a sign-in lasts. */
  sessionSeconds: number
  signals: AccountSignals
}
