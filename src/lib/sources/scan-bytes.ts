/** Nothing but spaces, tabs and other ASCII white space. */
export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    if (byte !== 32 && (byte < 9 || byte > 13)) return false
  }
  return true
}

/** The last position, at most three bytes back, where a UTF-8 character begins; `at` itself where none does. */
export function characterStart(bytes: Buffer, at: number): number {
  for (let i = at; i > at - 4 && i > 0; i--) {
    if (((bytes[i] as number) & 0xc0) !== 0x80) return i
  }
  return at
}
