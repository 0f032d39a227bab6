import type {Bus} from '../bus/bus.js'
import type {OwnLog} from '../telemetry/signals.js'
import {pause} from './patience.js'
import {lagOf} from './pipeline-status.js'

export interface TellLagOptions {
  /** Opens the bus, or rejects while it is away. */
  bus: () => Promise<Pick<Bus, 'describe'>>
  topic: string
  group: string
  log: Pick<OwnLog, 'info'>
  everyMs: number
  signal: AbortSignal
}

/**
 * Writes into the own log, every so often, how many units a group has not processed yet: `pipeline_lag`, for alert rules
 * to be run on. While the bus is away nobody knows, and others tell that it is. Resolves when the signal aborts.
 */
export async function tellLag({bus, topic, group, log, everyMs, signal}: TellLagOptions): Promise<void> {
  while (await pause(everyMs, signal)) {
    try {
      const {partitions} = await (await bus()).describe(topic, group)
      log.info('pipeline_lag', {topic, group, lag: lagOf(partitions)})
    } catch {}
  }
}
