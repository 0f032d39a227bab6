// Settings that admins change while servers run (database/system-config.ts), over those of the configuration. Each
// server looks for changes of others every few seconds; while the database is away, what was read last holds.

import type {Config} from '../config/config.js'
import type {Database} from '../database/database.js'
import {readSystemValues, type SystemValues} from '../database/system-config.js'
import type {Signals} from '../telemetry/signals.js'
import {isLoopback} from './loopback.js'

/** What holds now. */
export interface Effective {
  publicReads: boolean
  registration: boolean
  /** As `api.rate_limits` is written. The same array as long as nothing changes. */
  rateLimits: readonly string[]
}

export interface LiveSettings {
  /** Why it is not known yet what admins have set: then nothing may be open that they may have closed. */
  readonly unknown: unknown
  current(): Effective
  /** Reads now. Never rejects: `unknown` tells. */
  refresh(): Promise<void>
}

const STALE_MS = 5_000

/** What a server's own configuration says. */
export function configuredSettings({api}: Config): Effective {
  const isLocal = isLoopback(api.host)
  return {
    publicReads: api.publicReads ?? isLocal,
    registration: api.registration ?? isLocal,
    rateLimits: api.rateLimits,
  }
}

export function openLiveSettings(parts: {
  config: Config
  database: () => Promise<Database>
  signals: Signals
}): LiveSettings {
  return new FromDatabase(parts)
}

class FromDatabase implements LiveSettings {
  unknown: unknown = new Error('not read yet')
  private effective: Effective | undefined
  private readAt = Number.NEGATIVE_INFINITY
  private reading: Promise<void> | undefined
  private failing = false

  constructor(private readonly parts: {config: Config; database: () => Promise<Database>; signals: Signals}) {}

  current(): Effective {
    if (performance.now() - this.readAt > STALE_MS) void this.look()
    // the address is only known once the flags of the command are read
    return this.effective ?? configuredSettings(this.parts.config)
  }

  async refresh(): Promise<void> {
    await this.reading
    await this.look()
  }

  private look(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.readAt = performance.now()
      this.reading = undefined
    })
    return this.reading
  }

  private async read(): Promise<void> {
    try {
      const {queries} = await this.parts.database()
      this.take(await readSystemValues(queries))
      this.unknown = undefined
      this.failing = false
    } catch (error) {
      if (this.effective === undefined) this.unknown = error
      // once an outage
      if (!this.failing) this.parts.signals.log.error('settings_not_read', error)
      this.failing = true
    }
  }

  private take(values: Partial<SystemValues>): void {
    const configured = configuredSettings(this.parts.config)
    const before = this.effective?.rateLimits
    const rateLimits = values.rate_limits ?? configured.rateLimits
    const same = before !== undefined && JSON.stringify(before) === JSON.stringify(rateLimits)
    this.effective = {
      publicReads: values.public_reads ?? configured.publicReads,
      registration: values.registration ?? configured.registration,
      rateLimits: same ? before : rateLimits,
    }
  }
}
