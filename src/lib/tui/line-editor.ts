/** A line that is being typed, and where the cursor stands in it, in characters. */
export interface Line {
  text: string
  at: number
}

export interface Key {
  /** What was typed, where it is text. */
  text: string
  /** Keys that are no text. */
  name?:
    | 'up'
    | 'down'
    | 'left'
    | 'right'
    | 'pageUp'
    | 'pageDown'
    | 'home'
    | 'end'
    | 'return'
    | 'escape'
    | 'tab'
    | 'backspace'
    | 'delete'
  ctrl?: boolean
  /** Of Tab alone: elsewhere the text tells. */
  shift?: boolean
}

const CONTROLS: Readonly<Record<string, Key['name']>> = {
  '\r': 'return',
  '\n': 'return',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
  '\x1b': 'escape',
}

/** The keys that a text is made of, one a character. */
export function keysOfText(text: string): Key[] {
  return [...text].map((char) => {
    const name = CONTROLS[char]
    return name ? {text: '', name} : {text: char}
  })
}

export function lineOf(text: string): Line {
  return {text, at: [...text].length}
}

/** The line after a key, as shells have it: ctrl-a, -e, -u, -w, -k, arrows; `undefined` where the key is none of a line's. */
export function edit({text, at}: Line, key: Key): Line | undefined {
  const chars = [...text]
  const put = (before: string[], after: string[]): Line => ({text: [...before, ...after].join(''), at: before.length})
  if (key.ctrl) {
    switch (key.text) {
      case 'a':
        return {text, at: 0}
      case 'e':
        return {text, at: chars.length}
      case 'u':
        return put([], chars.slice(at))
      case 'k':
        return put(chars.slice(0, at), [])
      case 'w':
        return put(
          [
            ...chars
              .slice(0, at)
              .join('')
              .replace(/\S*\s*$/u, ''),
          ],
          chars.slice(at),
        )
      default:
        return undefined
    }
  }
  switch (key.name) {
    case 'left':
      return {text, at: Math.max(0, at - 1)}
    case 'right':
      return {text, at: Math.min(chars.length, at + 1)}
    case 'home':
      return {text, at: 0}
    case 'end':
      return {text, at: chars.length}
    case 'backspace':
    // Terminals send DEL for the key that most call backspace.
    case 'delete':
      return put(chars.slice(0, Math.max(0, at - 1)), chars.slice(at))
    case undefined: {
      const typed = [...key.text.replace(/[\x00-\x1f\x7f]/g, ' ')]
      return typed.length === 0 ? undefined : put([...chars.slice(0, at), ...typed], chars.slice(at))
    }
    default:
      return undefined
  }
}
