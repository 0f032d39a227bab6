import {createMiner} from '../patterns/miner.js'
import type {Group} from './question.js'

/** Messages of one kind, as `patterns` folds them. */
export interface MessageLine {
  /** Of the template, as in `patterns`. */
  id: string
  /** The message with `<*>` for its values. */
  template: string
  records: number
  /** Different messages of this kind. */
  messages: number
  example: string
}

/** Different messages that are folded, the commonest. */
export const MOST_MESSAGES = 20_000

export interface FoldedMessages {
  top_errors: MessageLine[]
  /** Errors whose messages were not among those that are folded; absent where all were. */
  errors_not_folded?: number
}

/**
 * Folds the messages of errors. Their order is that of the groups, so that the same groups make the same templates.
 * @param errors all there are
 */
export function foldMessages(groups: readonly Group[], errors: number, top: number): FoldedMessages {
  const miner = createMiner<{messages: number}>({
    stats: {
      create: () => ({messages: 0}),
      merge: (into, from) => {
        into.messages += from.messages
      },
    },
  })
  let folded = 0
  for (const {key, count} of groups) {
    if (key === undefined) continue
    miner.add(key, count).messages++
    folded += count
  }
  const templates = miner.templates().slice(0, top)
  return {
    top_errors: templates.map(({id, text, count, example, stats}) => ({
      id,
      template: text,
      records: count,
      messages: stats.messages,
      example,
    })),
    ...(errors > folded ? {errors_not_folded: errors - folded} : {}),
  }
}
