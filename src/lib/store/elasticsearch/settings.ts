// How to reach a cluster, and how the records lie in it. The ElasticsearchConfig of config/ fits this type.

export type Period = 'day' | 'week' | 'month' | 'year' | 'none'

export interface ElasticsearchSettings {
  /** URLs. */
  nodes: string[]
  username?: string
  password?: string
  apiKey?: string
  /** PEM of the authority that signed the cluster's certificate. */
  caFile?: string
  /** False accepts any certificate. Default true. */
  rejectUnauthorized?: boolean
  /** Name of the alias; indices are `<index>-<period>`. */
  index: string
  /** Length of time one index covers; fixed at the first write of an installation. */
  period: Period
  shards: number
  /** Absent: one where the cluster has a second node, else none. */
  replicas?: number
  requestTimeoutMs?: number
  bulk?: BulkSettings
}

export interface BulkSettings {
  /** Size of one request's body, about. */
  bytes?: number
  /** Requests at the same time. */
  inFlight?: number
  /** How long a request that cannot be taken now is repeated without any progress before the write fails. */
  patienceMs?: number
}

export const DEFAULT_REQUEST_TIMEOUT_MS = 30_000
export const DEFAULT_BULK: Required<BulkSettings> = {bytes: 1_000_000, inFlight: 3, patienceMs: 60_000}

/** Time, chance and waiting, as the caller has them. `sleep` ends early when the signal aborts, and never rejects. */
export interface Runtime {
  now(): number
  /** In [0, 1). */
  random(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const SYSTEM_RUNTIME: Runtime = {
  now: Date.now,
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const end = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      signal?.addEventListener('abort', end)
    }),
}
