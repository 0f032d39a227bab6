// All units of one source go to one partition, so that a source keeps its order.

import {crc32c} from '@node-rs/crc32'

/** The partition of a source: the same on every machine, for a topic of so many partitions. */
export function partitionOf(source: string, partitions: number): number {
  return crc32c(Buffer.from(source)) % partitions
}
