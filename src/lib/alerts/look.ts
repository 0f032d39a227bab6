// What an evaluation found. A rule is evaluated at moments T that are multiples of `everyMs` since 1970, over the records
// whose event time is in [T − windowMs, T). Nothing here depends on when the engine happened to run: so a replay of the
// stored past and the live engine find the same.

import type {GroupKey} from './rule.js'

export interface Look {
  /** T, ms since 1970. */
  at: number
  /**
   * No record that still counts can come: the engine's clock has reached T + latenessMs. Before that, more may come.
   */
  final: boolean
  /** Of each group that is known at T; one that is missing does not hold. Without group_by the only key is `[]`. */
  values: ReadonlyMap<GroupKey, Value>
}

export interface Value {
  /** What condition.ts judges. Absent: too little to say, which does not hold. */
  value?: number
  /** What else a notice may tell: counts that a ratio was made of, an example of a new pattern. */
  detail?: Readonly<Record<string, string | number>>
}
