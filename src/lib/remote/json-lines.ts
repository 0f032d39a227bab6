/**
 * The objects of newline-delimited JSON, as they come; `undefined` for an empty line, which says that the other side is
 * still there. A last line without its end is no line: what is cut off there is told by what does not come.
 * Throws SyntaxError for a line that is no JSON object.
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Record<string, unknown> | undefined> {
  let begun: Uint8Array[] = []
  for await (const chunk of chunks) {
    let from = 0
    for (;;) {
      const end = chunk.indexOf(10, from)
      if (end === -1) break
      const line = Buffer.concat([...begun, chunk.subarray(from, end)]).toString('utf8')
      begun = []
      from = end + 1
      yield line.trim() === '' ? undefined : toObject(line)
    }
    if (from < chunk.length) begun.push(chunk.subarray(from))
  }
}

function toObject(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null) throw new SyntaxError('not an object')
  return value as Record<string, unknown>
}
