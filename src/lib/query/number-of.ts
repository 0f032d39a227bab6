const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** The number that a text reads as, `undefined` where it reads as none: JSON's syntax, within the range of a double. */
export function numberOf(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}

/**
 * The number that an unquoted value of a query equals values by; `undefined` where only the same text is equal, as
 * for integers that a double cannot hold: it would take neighbours for the same.
 */
export function equalNumberOf(text: string): number | undefined {
  const number = numberOf(text)
  return number !== undefined && /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? undefined : number
}
