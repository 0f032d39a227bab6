import {LogflowError} from '../errors/logflow-error.js'

export type TemplatePart = {text: string} | {field: string; otherwise: string}

const ESCAPES: Record<string, string> = {n: '\n', t: '\t', '\\': '\\', '{': '{', '}': '}'}

/**
 * `{@timestamp} {service|-} {message}\n` cut into its parts: `{field}`, `{field|what stands where it is missing}`,
 * and `\n \t \\ \{ \}`. What is none of these is refused with its place.
 */
export function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = []
  let text = ''
  for (let at = 0; at < template.length; at++) {
    const char = template[at] as string
    if (char === '\\') {
      const escaped = ESCAPES[template[at + 1] ?? '']
      if (escaped === undefined)
        throw refused(template, at, 'a backslash goes before n, t, \\, { or }', 'write \\\\ for one')
      text += escaped
      at++
    } else if (char === '}') throw refused(template, at, 'no { stands before this }', 'write \\} for one')
    else if (char !== '{') text += char
    else {
      const end = template.indexOf('}', at)
      if (end === -1) throw refused(template, at, 'no } ends this field', 'write \\{ for a brace')
      const [name = '', ...otherwise] = template.slice(at + 1, end).split('|')
      if (name.trim() === '') throw refused(template, at, 'no field is named here', 'write {message}')
      if (name.includes('{')) throw refused(template, at, 'no } ends this field', 'write \\{ for a brace')
      if (text) parts.push({text})
      text = ''
      parts.push({field: name.trim(), otherwise: otherwise.join('|')})
      at = end
    }
  }
  if (text) parts.push({text})
  return parts
}

function refused(template: string, at: number, why: string, fix: string): LogflowError {
  const shown = template.replace(/[\n\t]/g, ' ')
  return new LogflowError('USAGE', `--template: ${why}\n  ${shown}\n  ${' '.repeat(at)}^`, {
    suggestions: [`${fix[0]?.toUpperCase()}${fix.slice(1)}`],
  })
}
