const HALF_PAIR = /\p{Surrogate}/gu

/** Text of others (error texts, names) as every database can keep it, cut where it has no end. */
export function keepable(text: string, longest = 1_000): string {
  const whole = text.replaceAll('\0', '\ufffd').replace(HALF_PAIR, '\ufffd')
  return whole.length <= longest ? whole : `${whole.slice(0, longest).replace(HALF_PAIR, '')}…`
}
