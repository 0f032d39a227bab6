import type {Bus, PartitionState} from '../bus/bus.js'
import type {DatabaseStatus} from '../database/database.js'
import {LogflowError} from '../errors/logflow-error.js'
import type {Store, StoreStatus} from '../store/store.js'
import type {AlertsStatus} from './alerts/alerts-status.js'
import {countPending} from './dlq/find-letters.js'

export type {StoreStatus} from '../store/store.js'

/** Units of dead letters that are read to count the pending ones: half a second's worth. */
const MOST_COUNTED = 20_000

/** A part of the pipeline that answered, or why it did not. */
export type Answer<T> = {ok: true; value: T} | {ok: false; error: LogflowError}

export interface BusStatus {
  kind: string
  version: string
  topic: string
  group: string
  partitions: Array<PartitionState & {lag: number}>
  /** Units not yet processed by the group. */
  lag: number
  /** Pending ones. */
  deadLetters: number
  /** True where there are too many to count them now: no more than `deadLetters` are pending. */
  deadLettersAtMost?: boolean
}

export interface PipelineStatus {
  bus: Answer<BusStatus>
  store: Answer<StoreStatus>
  /** Absent where none has been made yet. */
  database?: Answer<DatabaseStatus>
  /** Absent where there is no database of this version yet. */
  alerts?: Answer<AlertsStatus>
}

export interface StatusOptions {
  bus: () => Promise<Bus>
  store: () => Promise<Store>
  /** Absent: it is not asked for. Gives `undefined` where none has been made yet. */
  database?: () => Promise<DatabaseStatus | undefined>
  /** The same. */
  alerts?: () => Promise<AlertsStatus | undefined>
  topic: string
  group: string
}

/** Asks both ends of the pipeline, and the database; one that does not answer does not hide the others. */
export async function pipelineStatus(options: StatusOptions): Promise<PipelineStatus> {
  const [bus, store, database, alerts] = await Promise.all([
    answer(async () => busStatus(await options.bus(), options.topic, options.group)),
    answer(async () => (await options.store()).status()),
    answer(async () => options.database?.()),
    answer(async () => options.alerts?.()),
  ])
  const [known, watched] = [there(database), there(alerts)]
  return {bus, store, ...(known ? {database: known} : {}), ...(watched ? {alerts: watched} : {})}
}

/** An answer, unless it is that there is none. */
function there<T>(answer: Answer<T | undefined>): Answer<T> | undefined {
  if (!answer.ok) return answer
  return answer.value === undefined ? undefined : {ok: true, value: answer.value}
}

async function busStatus(bus: Bus, topic: string, group: string): Promise<BusStatus> {
  const [version, state, dead] = await Promise.all([
    bus.version(),
    bus.describe(topic, group),
    countPending(bus, topic, MOST_COUNTED),
  ])
  const partitions = state.partitions.map((partition) => ({...partition, lag: lagOf([partition])}))
  return {
    kind: bus.kind,
    version,
    topic,
    group,
    partitions,
    lag: lagOf(partitions),
    deadLetters: dead.count,
    ...(dead.exact ? {} : {deadLettersAtMost: true}),
  }
}

async function answer<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return {ok: true, value: await ask()}
  } catch (error) {
    if (error instanceof LogflowError) return {ok: false, error}
    throw error
  }
}

/** Units a group has not processed yet. */
export function lagOf(partitions: readonly PartitionState[]): number {
  return unitsBehind(partitions, ({next}) => next)
}

/** Units before an offset of each partition that a group has not processed yet; none where there is no such offset. */
export function unitsBehind(
  partitions: readonly PartitionState[],
  end: (state: PartitionState) => number | undefined,
): number {
  return partitions.reduce((sum, state) => {
    const {earliest, committed = earliest} = state
    return sum + Math.max(0, (end(state) ?? 0) - Math.max(committed, earliest))
  }, 0)
}
