import {withOtherCases} from './case-folding.js'
import {complement, DIGITS, NEWLINE, type Ranges, type RegexTree, SPACES, union, WORD} from './regex-tree.js'

/** What is wrong with a regular expression, and where: a UTF-16 index into its source. */
export class RegexError extends Error {
  constructor(
    readonly at: number,
    readonly problem: string,
  ) {
    super(problem)
  }
}

const MAX_DEPTH = 64
/** Repeats within repeats multiplied. RE2 itself takes 1,000; see MAX_SIZE. */
const MAX_REPEAT = 800
/**
 * Characters to be told apart once repeats are written out: keeps every engine's program small. Of more, as `\w{900}z` is,
 * RE2 cannot keep the states of its automaton: a message of 2,000 letters takes it 300 ms, and 2 ms with `\w{800}z`.
 */
const MAX_SIZE = 1_650

/**
 * Parses what JavaScript, RE2 and ourselves understand alike: literals, classes, `\d \w \s` (ASCII), `.` (no newline),
 * groups, `|`, `* + ? {n,m}` and their lazy forms, `^ $ \b`. All else is refused. Throws {@link RegexError}.
 */
export function parseRegex(source: string, ignoreCase: boolean): RegexTree {
  return new Parser(source, ignoreCase).whole()
}

class Parser {
  private at = 0
  private depth = 0

  constructor(
    private readonly source: string,
    private readonly ignoreCase: boolean,
  ) {}

  whole(): RegexTree {
    const tree = this.choice()
    if (this.peek() === ')') throw new RegexError(this.at, 'this parenthesis was never opened')
    if (sizeOf(tree) > MAX_SIZE) throw new RegexError(0, 'this regular expression is too large: shorten its repeats')
    return tree
  }

  private choice(): RegexTree {
    const parts = [this.row()]
    while (this.take('|')) parts.push(this.row())
    return parts.length === 1 ? (parts[0] as RegexTree) : {kind: 'choice', parts}
  }

  private row(): RegexTree {
    const parts: RegexTree[] = []
    for (;;) {
      const char = this.peek()
      if (char === undefined || char === '|' || char === ')') break
      parts.push(this.repeated())
    }
    return parts.length === 1 ? (parts[0] as RegexTree) : {kind: 'row', parts}
  }

  private repeated(): RegexTree {
    const part = this.atom()
    const at = this.at
    const times = this.times()
    if (!times) return part
    if (part.kind === 'start' || part.kind === 'end' || part.kind === 'boundary')
      throw new RegexError(at, 'a place cannot be repeated: a character or a group was expected before this')
    const repeat: RegexTree = {kind: 'repeat', part, ...times, lazy: this.take('?')}
    if (repeatsOf(repeat) > MAX_REPEAT)
      throw new RegexError(at, `nothing can be repeated more than ${MAX_REPEAT} times`)
    const again = this.peek()
    if (again !== undefined && '*+?'.includes(again))
      throw new RegexError(this.at, 'one repeat after another: a character or a group was expected before this')
    return repeat
  }

  /** A quantifier, if one comes next. */
  private times(): {min: number; max: number} | undefined {
    if (this.take('*')) return {min: 0, max: Infinity}
    if (this.take('+')) return {min: 1, max: Infinity}
    if (this.take('?')) return {min: 0, max: 1}
    if (this.peek() !== '{') return undefined
    const braces = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.source.slice(this.at, this.at + 20))
    if (!braces) throw new RegexError(this.at, 'expected {n}, {n,} or {n,m} here; the character itself is \\{')
    const min = Number(braces[1])
    const max = braces[2] ? (braces[3] ? Number(braces[3]) : Infinity) : min
    if (max < min) throw new RegexError(this.at, 'the first number must not be over the second')
    this.at += braces[0].length
    return {min, max}
  }

  private atom(): RegexTree {
    const at = this.at
    const char = this.next()
    switch (char) {
      case '(':
        return this.group(at)
      case '[':
        return this.set(at)
      case '.':
        return {kind: 'one', of: NEWLINE, negated: true}
      case '^':
        return {kind: 'start'}
      case '$':
        return {kind: 'end'}
      case '*':
      case '+':
      case '?':
        throw new RegexError(at, 'there is nothing to repeat: a character or a group was expected before this')
      case '{':
        throw new RegexError(at, 'there is nothing to repeat; the character itself is \\{')
      case '\\':
        return this.escaped(at)
      default:
        return this.one([[this.codeOf(char, at), this.codeOf(char, at)]])
    }
  }

  private group(open: number): RegexTree {
    if (this.peek() === '?' && !this.source.startsWith('?:', this.at))
      throw new RegexError(this.at, 'look-around, names and flags in a group are not supported: expected ( or (?:')
    if (this.peek() === '?') this.at += 2
    if (++this.depth > MAX_DEPTH) throw new RegexError(open, `groups are nested more than ${MAX_DEPTH} deep`)
    const tree = this.choice()
    if (!this.take(')')) throw new RegexError(open, 'this parenthesis is never closed')
    this.depth--
    return tree
  }

  private escaped(at: number): RegexTree {
    if (this.take('b')) return {kind: 'boundary'}
    const known = this.knownSet()
    if (known) return {kind: 'one', of: known.of, negated: known.negated}
    const code = this.escapedCode(at)
    return this.one([[code, code]])
  }

  /** `\d \w \s` and their opposites, after the backslash; ASCII whatever the case flag says. */
  private knownSet(): {of: Ranges; negated: boolean} | undefined {
    const char = this.peek() ?? ''
    const of = {d: DIGITS, w: WORD, s: SPACES}[char.toLowerCase()]
    if (!of) return undefined
    this.at++
    return {of, negated: char !== char.toLowerCase()}
  }

  /** The code point that an escape stands for, after the backslash. */
  private escapedCode(at: number): number {
    const char = this.next()
    if (char === undefined) throw new RegexError(at, 'a character is missing after this backslash')
    const control = {n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b}[char]
    if (control !== undefined) return control
    if (char === 'x' || char === 'u') return this.hex(at)
    if (/[1-9]/.test(char)) throw new RegexError(at, 'back-references are not supported')
    if (/[0-9A-Za-z]/.test(char))
      throw new RegexError(
        at,
        `\\${char} is not supported: of these, \\d \\w \\s \\b \\n \\r \\t \\f \\v \\xHH \\uHHHH are`,
      )
    return this.codeOf(char, at)
  }

  /** `\xHH`, `\uHHHH`, `\x{H…}` and `\u{H…}`, after the letter. */
  private hex(at: number): number {
    const digits = this.source[this.at - 1] === 'x' ? 2 : 4
    const form = new RegExp(`^(?:\\{([0-9a-fA-F]{1,6})\\}|([0-9a-fA-F]{${digits}}))`)
    const hex = form.exec(this.source.slice(this.at, this.at + 8))
    if (!hex) throw new RegexError(at, `expected ${digits} hexadecimal digits, or some between { and }`)
    this.at += hex[0].length
    return this.valid(Number.parseInt((hex[1] ?? hex[2]) as string, 16), at)
  }

  private set(open: number): RegexTree {
    const negated = this.take('^')
    if (this.peek() === ']') throw new RegexError(this.at, 'this set is empty; the character itself is \\]')
    let of: Ranges = []
    while (!this.take(']')) {
      if (this.peek() === undefined) throw new RegexError(open, 'this [ is never closed')
      of = union(of, this.member())
    }
    return {kind: 'one', of, negated}
  }

  /** One character, range or known set between brackets. */
  private member(): Ranges {
    const at = this.at
    const from = this.memberCode()
    if (typeof from !== 'number') return from
    const isRange = this.peek() === '-' && this.source[this.at + 1] !== ']' && this.source[this.at + 1] !== undefined
    if (!isRange) return this.cased([[from, from]])
    this.at++
    const to = this.memberCode()
    if (typeof to !== 'number') throw new RegexError(at, 'a range ends in one character; the character - is \\-')
    if (to < from) throw new RegexError(at, 'this range goes backwards')
    return this.cased([[from, to]])
  }

  private memberCode(): number | Ranges {
    const at = this.at
    if (this.source.startsWith('[:', at))
      throw new RegexError(at, 'named sets are not supported; the character itself is \\[')
    const char = this.next()
    if (char !== '\\') return this.codeOf(char, at)
    const known = this.knownSet()
    if (known) return known.negated ? complement(known.of) : known.of
    return this.take('-') ? 0x2d : this.escapedCode(at)
  }

  private one(of: Ranges): RegexTree {
    return {kind: 'one', of: this.cased(of), negated: false}
  }

  private cased(of: Ranges): Ranges {
    return this.ignoreCase ? withOtherCases(of) : of
  }

  private codeOf(char: string | undefined, at: number): number {
    return this.valid(char?.codePointAt(0) ?? -1, at)
  }

  /** No engine's text holds half a character. */
  private valid(code: number, at: number): number {
    if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw new RegexError(at, 'this is no character of Unicode')
    return code
  }

  private peek(): string | undefined {
    return this.source[this.at]
  }

  /** The next character, both halves of it. */
  private next(): string | undefined {
    const code = this.source.codePointAt(this.at)
    if (code === undefined) return undefined
    const char = String.fromCodePoint(code)
    this.at += char.length
    return char
  }

  private take(char: string): boolean {
    if (this.peek() !== char) return false
    this.at++
    return true
  }
}

/** How often the innermost part is repeated at most, as far as that is bounded. */
function repeatsOf(tree: RegexTree): number {
  if (tree.kind === 'row' || tree.kind === 'choice') return Math.max(1, ...tree.parts.map(repeatsOf))
  if (tree.kind !== 'repeat') return 1
  return Math.max(1, tree.max === Infinity ? tree.min : tree.max) * repeatsOf(tree.part)
}

function sizeOf(tree: RegexTree): number {
  if (tree.kind === 'row' || tree.kind === 'choice') return tree.parts.reduce((sum, part) => sum + sizeOf(part), 1)
  if (tree.kind === 'repeat') return Math.max(1, tree.max === Infinity ? tree.min : tree.max) * sizeOf(tree.part)
  return tree.kind === 'one' ? 1 + Math.ceil(tree.of.length / 8) : 1
}
