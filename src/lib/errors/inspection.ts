// What a look at every byte that a bus or a store keeps on this machine brings to light.

export interface InspectOptions {
  /** Called often. `done` of `total` bytes, about; whole `records` so far. */
  onProgress?: (progress: {done: number; total: number; records: number}) => void
  signal?: AbortSignal
}

export interface Inspection {
  /** Records, or units, that are whole. */
  records: number
  /** What is damaged, and what to do about it. */
  findings: Finding[]
}

export interface Finding {
  finding: string
  fix: string
  /** Nothing is lost or missing from an answer by it. */
  harmless?: true
}
