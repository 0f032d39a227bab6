// C0 except tab and line feed, DEL, C1, and what changes the direction or hides parts of a line.
const UNSAFE =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]|[\u{e0000}-\u{e007f}]/gu
const QUICK = /[\x00-\x1f\x7f-\uffff]/

/**
 * Text from strangers, safe for a terminal: control characters, bidirectional overrides and invisible marks are
 * shown as `\x1b` or `\u202e`. Tab and line feed stay; in one line use escapeLine.
 */
export function escapeControls(text: string): string {
  return QUICK.test(text) ? text.replace(UNSAFE, shown) : text
}

/** The same for text that must stay on one line: line feeds are shown as `\n`, tabs as `\t`. */
export function escapeLine(text: string): string {
  if (!QUICK.test(text)) return text
  return text.replace(UNSAFE, shown).replace(/[\n\t]/g, (char) => (char === '\n' ? '\\n' : '\\t'))
}

function shown(char: string): string {
  if (char === '\r') return '\\r'
  const code = char.codePointAt(0) as number
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

/** JSON or logfmt text in which what JSON itself leaves as it is (DEL, C1, bidirectional marks) becomes `\u009b`. */
export function escapeJsonControls(json: string): string {
  return QUICK.test(json) ? json.replace(UNSAFE, unicodeEscaped) : json
}

function unicodeEscaped(char: string): string {
  let text = ''
  for (let index = 0; index < char.length; index++) {
    text += `\\u${char.charCodeAt(index).toString(16).padStart(4, '0')}`
  }
  return text
}
