/** A call of logflow in a text for a shell: its words, `logflow` first, and what it was cut out of. */
export interface CommandLine {
  words: string[]
  source: string
}

/**
 * Every call of logflow in lines for a shell, also in pipes, after `&&`, with variables before it, and in `$(…)`.
 * Comments and redirections are left out; what stands in for something (`$TRACE`, `$(…)`) stays one word.
 */
export function commandLines(script: string): CommandLine[] {
  return script
    .replace(/\\\n/g, ' ')
    .split('\n')
    .flatMap((line) => callsIn(line))
}

function callsIn(line: string): CommandLine[] {
  const inner: string[] = []
  const outer = line.replace(/[$<]\(([^()]*)\)/g, (_, script) => {
    inner.push(script)
    return 'SUBSTITUTED'
  })
  const calls = partsOf(outer).map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
  return [
    ...inner.flatMap(callsIn),
    ...calls.filter(([program]) => program === 'logflow').map((words) => ({words, source: line.trim()})),
  ]
}

/** Words of each command of a line, as a shell cuts them: quotes, operators, redirections, comments. */
function partsOf(line: string): string[][] {
  const parts: string[][] = [[]]
  let redirected = false
  for (const [token] of line.matchAll(
    /#.*|\|\||&&|[|;]|\d?>>?(?:&\d)?|&(?=\s|$)|(?:'[^']*'|"[^"]*"|[^\s'"|;&>#]|(?<=\S)#)+/g,
  )) {
    if (token.startsWith('#')) break
    if (/^(\|\||&&|[|;&])$/.test(token)) parts.push([])
    else if (/^\d?>/.test(token)) redirected = !token.includes('&')
    else if (redirected) redirected = false
    else parts.at(-1)?.push(token.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'))
  }
  return parts
}
