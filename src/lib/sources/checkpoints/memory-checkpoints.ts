import type {Checkpoint} from './checkpoint.js'
import type {Checkpoints} from './open-checkpoints.js'

/** Checkpoints that nobody else sees and that end with the process: for reading that leaves no trace. */
export function memoryCheckpoints(): Checkpoints {
  const known = new Map<string, Checkpoint>()
  return {
    of: (source) => known.get(source),
    all: () => [...known.values()],
    claim: async () => true,
    release: async () => {},
    save: async (checkpoints) => {
      for (const one of checkpoints) known.set(one.source, one)
    },
    close: async () => {},
  }
}
