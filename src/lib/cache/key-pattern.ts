/**
 * A test of keys by a pattern in which `*` is any run of characters, also none, and all else stands for itself. Takes
 * time linear in the key for each part of the pattern, whatever they are.
 */
export function keyPattern(pattern: string): (key: string) => boolean {
  const parts = pattern.split('*')
  const first = parts[0] as string
  const last = parts.at(-1) as string
  if (parts.length === 1) return (key) => key === pattern
  const between = parts.slice(1, -1)
  return (key) => {
    const end = key.length - last.length
    if (!key.startsWith(first) || !key.endsWith(last) || end < first.length) return false
    let at = first.length
    for (const part of between) {
      const found = key.indexOf(part, at)
      if (found === -1 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}
