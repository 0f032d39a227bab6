/**
 * Names and values of a `.env` text: `NAME=value`, `export NAME=value`, single or double quotes (the latter with
 * \n, \t, \" and \\), ` #` begins a comment outside quotes. Nothing is expanded. Lines that are none are left out.
 */
export function readDotenv(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line)
    if (match) found.set(match[1] as string, unquote((match[2] as string).trim()))
  }
  return found
}

function unquote(written: string): string {
  const single = /^'([^']*)'/.exec(written)
  if (single) return single[1] as string
  const double = /^"((?:[^"\\]|\\.)*)"/.exec(written)
  if (double) return (double[1] as string).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char)
  return written.startsWith('#') ? '' : written.replace(/\s+#.*$/, '')
}

const ESCAPES: Record<string, string> = {n: '\n', t: '\t', r: '\r'}
