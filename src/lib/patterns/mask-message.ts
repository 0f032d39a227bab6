// Patterns folds messages that differ only in their values into templates: `card declined for order <*>`.
// Pure: a member reads no clock and keeps nothing but what a miner holds, whose size is bounded.
// miner.ts is the door. The way: values that look like values are masked, word by word, in mask-message.ts; what then
// still differs is folded by how many different words stand in one place (fold-shapes.ts). Masking before mining and
// words in fixed places are as in Drain (He et al., ICWS 2017); telling variables by the number of different words in
// one place, all others equal, is in the spirit of IPLoM (Makanju et al., KDD 2009) and Brain (Yu et al., TSC 2023).

/** Stands for a value in a masked message. Control characters of a message become spaces, so it is never its own. */
export const WILD = '\0'

/** Words looked at; what comes after them is one value. */
const MAX_WORDS = 64
/** A longer word is a value: a token, a blob. UTF-16 units. */
const MAX_WORD = 100
/** Characters looked at. */
const MAX_LENGTH = 4_000

/** A closing quote is looked for this far behind its opening one. */
const MAX_QUOTED = 300

const MARK = 0
const SPACE = 1
const DELIMITER = 2
const DIGIT = 3
const LETTER = 4
const SLASH = 5

/** What a character is to a message, by its code below 128; everything above is a letter. */
const CLASS = new Uint8Array(128)
CLASS[32] = SPACE
for (const char of '=:,;()[]{}|"\'`<>') CLASS[char.charCodeAt(0)] = DELIMITER
for (let code = 48; code < 58; code++) CLASS[code] = DIGIT
for (let code = 65; code < 91; code++) CLASS[code] = CLASS[code + 32] = LETTER
CLASS['/'.charCodeAt(0)] = CLASS['\\'.charCodeAt(0)] = SLASH

const codeOf = (char: string): number => char.charCodeAt(0)
const CODE = {
  quote: codeOf('"'),
  apostrophe: codeOf("'"),
  equals: codeOf('='),
  colon: codeOf(':'),
  comma: codeOf(','),
  semicolon: codeOf(';'),
  bar: codeOf('|'),
  less: codeOf('<'),
  more: codeOf('>'),
  round: codeOf('('),
  square: codeOf('['),
}

/** What follows a number and belongs to it: units of size and time, half of the day, zones. */
const UNITS = new Set(
  `B b KB kB MB GB TB PB KiB MiB GiB TiB byte bytes Byte Bytes bit bits kb mb gb ns us µs ms s sec secs second seconds msec
  msecs usec m min mins minute minutes h hr hrs hour hours d day days % Hz kHz MHz GHz B/s KB/s kB/s MB/s GB/s
  AM PM am pm UTC GMT EST EDT CST CDT MST MDT PST PDT CET CEST EET EEST WET WEST BST IST JST`.split(/\s+/),
)
const LONGEST_UNIT = 7
const WEEKDAY = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?$/
const MONTH =
  /^(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)$/
const NUMBER_AHEAD = /[,.]? \d/y
const DATE_AHEAD = /[,.]? (?:\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d)/y
const NUMERIC = /^[-+~#$.]?\d/
/** An IPv6 or MAC address, or a time: hexadecimal digits between colons. */
const COLON_ADDRESS = /(?:[\da-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[\da-f]{1,4})?(?![\w:])/iy
const LONGEST_HEXTET = 4
const DRIVE = /[a-z]:[\\/]/iy
const PATH_START = /^(?:[/\\]|\.\.?[/\\]|~[/\\])/
/** Where a path or URL ends. */
const PATH_END = /[\s"'`()[\]{}<>,;]/g
const PATH_REST = /[.!?:]+$/
const UNEVEN_SPACE = /[\x00-\x1f\x7f]| {2}|^ | $/
const ANY_SPACE = /[\x00-\x20\x7f]+/g

/**
 * A message with its values masked: words with digits in them (numbers, addresses, ids, times), paths and URLs, quoted
 * values of keys, units beside their numbers, dates in words, empty values. Values side by side (`10:20:30,118`, a
 * list) become one. One pass over the text; runs of white space become one space.
 */
export function maskMessage(message: string): string {
  const text = message.length > MAX_LENGTH ? message.slice(0, MAX_LENGTH) : message
  const even = UNEVEN_SPACE.test(text) ? text.replace(ANY_SPACE, ' ').trim() : text
  return MASKER.run(even, text !== message)
}

class Masker {
  private text = ''
  private end = 0
  private at = 0
  private out = ''
  /** What of the text is in `out`, or left out of it, already. */
  private copied = 0
  /** Where the last word or value ended. */
  private wordEnd = 0
  /** The last word was a value. */
  private wild = false
  /** … and that value a number or a part of a date. */
  private numeric = false
  /** Nothing since the last word sets two values apart. */
  private soft = false

  /** `cut`: the text goes on, unseen. */
  run(text: string, cut: boolean): string {
    this.text = text
    this.end = text.length
    this.at = this.copied = this.wordEnd = 0
    this.out = ''
    this.wild = this.numeric = this.soft = false
    for (let words = 0; this.at < this.end; ) {
      const kind = this.classAt(this.at)
      if (kind === SPACE) this.at++
      else if (kind === DELIMITER) this.delimiter()
      else if (this.word() && ++words === MAX_WORDS) break
    }
    if (this.at < text.length || (cut && text !== '')) this.mask(this.at, text.length)
    return this.out === '' && this.copied === 0 ? text : this.out + text.slice(this.copied)
  }

  private classAt(at: number): number {
    if (at < 0 || at >= this.end) return SPACE
    const code = this.text.charCodeAt(at)
    return code < 128 ? (CLASS[code] as number) : LETTER
  }

  /** The text from `from` to `to` is a value; one with the value before it where nothing sets them apart. */
  private mask(from: number, to: number): void {
    if (!(this.wild && this.soft)) this.out += this.text.slice(this.copied, from) + WILD
    this.copied = this.wordEnd = to
    this.wild = this.soft = true
  }

  private delimiter(): void {
    const {at, text} = this
    const code = text.charCodeAt(at)
    this.at++
    switch (code) {
      case CODE.colon:
        if (text.charCodeAt(this.at) === CODE.colon && this.classAt(at - 1) < DIGIT) this.colonAddress(at)
        return
      case CODE.comma:
      case CODE.semicolon:
      case CODE.bar:
        return
      case CODE.quote:
      case CODE.apostrophe:
        this.soft = false
        this.quote(at)
        return
      case CODE.equals:
        this.soft = false
        // `key=` with no value: the same template as with one.
        if (this.classAt(at - 1) >= DIGIT && this.endsValue(at + 1)) this.mask(at + 1, at + 1)
        return
      case CODE.round:
      case CODE.square:
        this.soft = false
        // ` ()` where other messages have ` (value)`; `call()` stays.
        if (this.classAt(at - 1) === SPACE && text.charCodeAt(at + 1) === code + (code === CODE.round ? 1 : 2))
          this.mask(at + 1, at + 1)
        return
      case CODE.less:
      case CODE.more:
        // `<1` is a number as `1` is.
        if (this.classAt(at - 1) === SPACE && this.classAt(at + 1) === DIGIT) {
          if (!(this.wild && this.soft)) this.out += text.slice(this.copied, at)
          this.copied = at + 1
        } else this.soft = false
        return
      default:
        this.soft = false
    }
  }

  /** `key="any words"`. Of `"key": "any words"` the words stay: there they are often the message. */
  private quote(at: number): void {
    if (this.text.charCodeAt(at - 1) !== CODE.equals) return
    const close = this.text.slice(at + 1, at + MAX_QUOTED).indexOf(this.text[at] as string) + at + 1
    if (close === at || close >= this.end) return
    this.mask(at + 1, close)
    this.soft = false
    this.at = close + 1
  }

  /** True where a value that may be there is not. */
  private endsValue(at: number): boolean {
    const kind = this.classAt(at)
    return kind === SPACE || (kind === DELIMITER && ',;)]}'.includes(this.text[at] as string))
  }

  /** Masks an address that begins here; false where there is none. */
  private colonAddress(from: number): boolean {
    if (!this.follows(COLON_ADDRESS, from)) return false
    this.at = COLON_ADDRESS.lastIndex
    this.numeric = true
    this.mask(from, this.at)
    return true
  }

  /** False where it was only punctuation. */
  private word(): boolean {
    let from = this.at
    const kinds = this.skim()
    if (this.at - from <= LONGEST_HEXTET && this.text.charCodeAt(this.at) === CODE.colon) {
      if (this.colonAddress(from)) return true
      if (this.at - from === 1 && this.follows(DRIVE, from)) {
        this.skipPath(from)
        this.mask(from, this.at)
        this.numeric = false
        return true
      }
    }
    if (kinds.slashes > 1 && this.text.startsWith('//', from)) {
      from += 2
      this.soft = false
    }
    let value = kinds.digits
    if (kinds.slashes > 0 && (kinds.slashes > 1 || PATH_START.test(this.text.slice(from, from + 3)))) {
      value = this.at - from > 1
      if (value) this.skipPath(from)
    }
    let to = this.at
    while (to > from && isStop(this.text.charCodeAt(to - 1))) to--
    if (to === from || !(kinds.letters || value)) {
      this.soft = false
      return false
    }
    if (value || to - from > MAX_WORD) {
      this.numeric = NUMERIC.test(this.text.slice(from, from + 2))
      this.mask(from, to)
    } else if (this.isUnit(from, to)) this.copied = this.wordEnd = to
    else if (this.isDateWord(from, to)) {
      this.numeric = true
      this.mask(from, to)
    } else {
      this.wild = false
      this.soft = true
      this.wordEnd = to
    }
    if (to < this.at) this.soft = false
    return true
  }

  /** Goes to the end of a run of word characters and says what is in it. */
  private skim(): {digits: boolean; letters: boolean; slashes: number} {
    const kinds = SKIMMED
    kinds.digits = kinds.letters = false
    kinds.slashes = 0
    for (; this.at < this.end; this.at++) {
      const kind = this.classAt(this.at)
      if (kind === LETTER) kinds.letters = true
      else if (kind === DIGIT) kinds.digits = true
      else if (kind === SLASH) kinds.slashes++
      else if (kind !== MARK) break
    }
    return kinds
  }

  private skipPath(from: number): void {
    PATH_END.lastIndex = this.at
    const end = Math.min(PATH_END.exec(this.text)?.index ?? this.end, this.end)
    const rest = PATH_REST.exec(this.text.slice(from, end))?.[0].length ?? 0
    this.at = Math.max(from + 1, end - rest)
  }

  private isUnit(from: number, to: number): boolean {
    if (!this.wild || !this.numeric || from - this.wordEnd !== 1 || to - from > LONGEST_UNIT) return false
    return this.text.charCodeAt(from - 1) === 32 && UNITS.has(this.text.slice(from, to))
  }

  private isDateWord(from: number, to: number): boolean {
    const first = this.text.charCodeAt(from)
    if (first < 65 || first > 87 || to - from < 3 || to - from > 9) return false
    const word = this.text.slice(from, to)
    if (MONTH.test(word)) return (this.wild && this.numeric && this.soft) || this.follows(NUMBER_AHEAD, to)
    return WEEKDAY.test(word) && this.follows(DATE_AHEAD, to)
  }

  private follows(pattern: RegExp, at: number): boolean {
    pattern.lastIndex = at
    return pattern.test(this.text)
  }
}

const SKIMMED = {digits: false, letters: false, slashes: 0}
const MASKER = new Masker()

/** A full stop, an exclamation or a question mark. */
function isStop(code: number): boolean {
  return code === 46 || code === 33 || code === 63
}
