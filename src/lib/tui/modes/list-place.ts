import type {Key} from '../line-editor.js'
import {movedIn} from './list-keys.js'

/**
 * Where the chosen one stands in a list whose order changes: it is known by its name, and so stays chosen. The first one
 * where none is, or where it has gone.
 */
export function placeOf<T>(list: readonly T[], nameOf: (item: T) => string, chosen: string | undefined): number {
  return Math.max(
    0,
    list.findIndex((item) => nameOf(item) === chosen),
  )
}

/** The name of the one that a moving key leads to; undefined for every other key, and in an empty list. */
export function chosenBy<T>(
  list: readonly T[],
  nameOf: (item: T) => string,
  {chosen, page, key}: {chosen: string | undefined; page: number; key: Key},
): string | undefined {
  const place = movedIn(placeOf(list, nameOf, chosen), list.length - 1, page, key)
  const item = place === undefined ? undefined : list[place]
  return item === undefined ? undefined : nameOf(item)
}
