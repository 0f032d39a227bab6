// Which lines belong to the line before them: the frames, causes and chained errors of stack traces, and indented lines
// under a log line. Called at the edge for every line, so an ordinary line costs a look at its first and last byte.
// A line that begins with a digit, `{` or `[` (times, JSON, brackets) is never joined to another.

/** Longer events are cut here: a bus message has its limit. */
const MAX_LINES = 1_000
const MAX_BYTES = 512 * 1024

/** What a line's first byte says; 0 is any other. */
const BLANK = 1
const TIMED = 2
const JSON_OPEN = 3
const LETTER = 4

const FIRST = new Uint8Array(256)
FIRST[32] = FIRST[9] = BLANK
for (let code = 48; code <= 57; code++) FIRST[code] = TIMED
FIRST[91] = TIMED
FIRST[123] = JSON_OPEN
for (let code = 65; code <= 90; code++) FIRST[code] = FIRST[code + 32] = LETTER

/** What the unit in hand began with. */
const NOTHING = 0
const JSON_LINE = 1
const LOG_LINE = 2
const OTHER_LINE = 3

/** Where in a trace the unit stands. */
const OUTSIDE = 0
const INSIDE = 1
/** The next line is the error's message, whatever it looks like. */
const MESSAGE_NEXT = 2
/** Python: the next line that is not indented names the error. */
const PYTHON = 3
const GO = 4

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const EXCEPTION_COLON = ['xception:', 'xception is:', 'rror:'].map(bytes)
const TRACEBACK = bytes('Traceback (most recent call last):')
const FRAMES = [
  'at ',
  'File "',
  'from ',
  '... ',
  'Caused by: ',
  'Suppressed: ',
  '--- End of',
  '---> ',
  '[cause]: ',
  '| ',
].map(bytes)
const PYTHON_FILE = bytes('File "')
const GOROUTINE = bytes('goroutine ')
const THREAD = bytes("thread '")
/** Lines that stand at the margin and always belong to what was before. */
const ALWAYS = ['Caused by: ', 'Stack trace:', 'stack backtrace:', 'Suppressed: '].map(bytes)
/** Lines that belong to a trace when there is one. */
const IN_TRACE = [
  'During handling of the above exception',
  'The above exception was the direct cause',
  'Traceback (most recent call last):',
  'note: ',
  'created by ',
  'exit status ',
  'panic(',
  'Previous exception',
  'Next ',
  'Backtrace:',
  'Nested exception',
].map(bytes)
/** Their three letters as one number. */
const MONTHS_AND_DAYS = new Set(
  'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun'
    .split(' ')
    .map((word) => bytes(word).readUIntBE(0, 3)),
)

export class LineJoiner {
  private head = NOTHING
  private state = OUTSIDE
  private lines = 0
  private bytes = 0

  /** False where nothing can go on with the unit in hand: there is none, or it is JSON on one line. */
  get open(): boolean {
    return this.head !== NOTHING && this.head !== JSON_LINE
  }

  /** Forgets the unit in hand: the next line begins one. Call it where a source begins. */
  reset(): void {
    this.head = NOTHING
    this.state = OUTSIDE
  }

  /**
   * True when the line `data[start, end)`, without its terminator, belongs to the unit of the line before it.
   * Lines come in order; blank ones may be left out, and never end a unit by themselves.
   */
  continues(data: Buffer, start: number, end: number): boolean {
    const stop = end > start && data[end - 1] === 13 ? end - 1 : end
    if (stop <= start) return false
    const first = FIRST[data[start] as number] as number
    if (first === TIMED) {
      if (data[start] === 91 && this.state !== OUTSIDE && startsWith(data, start, stop, STACKTRACE))
        return this.join(stop - start)
      return this.begin(LOG_LINE, data, start, stop)
    }
    if (first === JSON_OPEN) return this.begin(JSON_LINE, data, start, stop)
    const joins = first === BLANK ? this.indented(data, start, stop) : this.atMargin(data, start, stop, first)
    if (joins && this.head !== NOTHING && this.head !== JSON_LINE) {
      if (data[stop - 1] === 58 && afterColon(data, start, stop) === MESSAGE_NEXT) this.state = MESSAGE_NEXT
      return this.join(stop - start)
    }
    // A frame with nothing to belong to still holds the frames after it.
    const state = joins ? this.state : OUTSIDE
    this.begin(first === LETTER && isLogLine(data, start, stop) ? LOG_LINE : OTHER_LINE, data, start, stop)
    if (state !== OUTSIDE) this.state = state
    return false
  }

  private begin(head: number, data: Buffer, start: number, stop: number): false {
    this.head = head
    this.state = data[stop - 1] === 58 && head !== JSON_LINE ? afterColon(data, start, stop) : OUTSIDE
    this.lines = 1
    this.bytes = stop - start
    return false
  }

  private join(length: number): boolean {
    if (this.lines >= MAX_LINES || this.bytes + length > MAX_BYTES) {
      this.lines = 1
      this.bytes = length
      return false
    }
    this.lines++
    this.bytes += length + 1
    return true
  }

  private indented(data: Buffer, start: number, stop: number): boolean {
    let at = start + 1
    while (at < stop && FIRST[data[at] as number] === BLANK) at++
    if (at === stop) return this.state !== OUTSIDE
    for (const frame of FRAMES) {
      if (!startsWith(data, at, stop, frame)) continue
      this.state =
        frame === PYTHON_FILE || startsWith(data, at, stop, PYTHON_FILE) ? PYTHON : this.state === GO ? GO : INSIDE
      return true
    }
    if (this.state !== OUTSIDE) {
      if (this.state === MESSAGE_NEXT) this.state = INSIDE
      return true
    }
    // Under a log line an indented line goes on with it, unless it begins like an aligned column.
    const code = data[at] as number
    return this.head === LOG_LINE && !(code >= 48 && code <= 57) && code !== 91
  }

  private atMargin(data: Buffer, start: number, stop: number, first: number): boolean {
    if (this.state === MESSAGE_NEXT) {
      this.state = INSIDE
      return !isLogLine(data, start, stop)
    }
    if (this.state !== OUTSIDE && this.insideAtMargin(data, start, stop)) return true
    const code = data[start] as number
    if (code === 35) return this.state !== OUTSIDE && isDigit(data[start + 1])
    if (code === 60) return this.state !== OUTSIDE && !isDigit(data[start + 1])
    if (code === 45) return this.state !== OUTSIDE && startsWith(data, start, stop, END_OF)
    if (first !== LETTER) return false
    for (const word of ALWAYS) if (startsWith(data, start, stop, word)) return this.enter(INSIDE)
    if (code === 103 && startsWith(data, start, stop, GOROUTINE) && isDigit(data[start + 10])) return this.enter(GO)
    if (code === 97 && isFrame(data, start, stop))
      return this.state !== OUTSIDE || this.head === LOG_LINE ? this.enter(INSIDE) : false
    if (this.head !== LOG_LINE || this.lines > 1) return false
    // The first line under a log line: the error it reports.
    if (startsWith(data, start, stop, TRACEBACK)) return this.enter(PYTHON)
    return namesError(data, start, stop) ? this.enter(INSIDE) : false
  }

  private insideAtMargin(data: Buffer, start: number, stop: number): boolean {
    for (const word of IN_TRACE) {
      if (!startsWith(data, start, stop, word)) continue
      if (word === IN_TRACE[2]) this.state = PYTHON
      return true
    }
    if (this.state === PYTHON) {
      this.state = INSIDE
      return !isLogLine(data, start, stop)
    }
    // `main.main.func1(0xc420024120)`
    if (this.state === GO) return data[stop - 1] === 41 && !isLogLine(data, start, stop)
    return namesError(data, start, stop)
  }

  private enter(state: number): true {
    this.state = state
    return true
  }
}

const STACKTRACE = bytes('[stacktrace]')
const END_OF = bytes('--- End of')

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= 48 && code <= 57
}

function startsWith(data: Buffer, start: number, stop: number, word: Buffer): boolean {
  if (stop - start < word.length || data[start] !== word[0]) return false
  for (let i = 1; i < word.length; i++) if (data[start + i] !== word[i]) return false
  return true
}

function afterColon(data: Buffer, start: number, stop: number): number {
  if (startsWith(data, start, stop, THREAD)) return MESSAGE_NEXT
  if (stop - start >= TRACEBACK.length && startsWith(data, stop - TRACEBACK.length, stop, TRACEBACK)) return PYTHON
  for (const word of EXCEPTION_COLON)
    if (stop - start >= word.length && startsWith(data, stop - word.length, stop, word)) {
      return word === EXCEPTION_COLON[2] ? OUTSIDE : MESSAGE_NEXT
    }
  return OUTSIDE
}

/** A date in words, or a level in capitals, at the beginning. */
function isLogLine(data: Buffer, start: number, stop: number): boolean {
  const first = data[start] as number
  if (isDigit(first) || first === 91 || first === 123) return true
  if (first < 65 || first > 90) return false
  let capitals = 1
  while (capitals < 9 && start + capitals < stop && isCapital(data[start + capitals])) capitals++
  const next = data[start + capitals]
  if (capitals >= 4 && (next === 32 || next === 58 || next === 9 || next === 91)) return true
  if (data[start + 3] !== 32 && data[start + 3] !== 44) return false
  return MONTHS_AND_DAYS.has((first << 16) | ((data[start + 1] as number) << 8) | (data[start + 2] as number))
}

function isCapital(code: number | undefined): boolean {
  return code !== undefined && code >= 65 && code <= 90
}

/** `at Namespace.Class.method(`, with no blanks before it. */
function isFrame(data: Buffer, start: number, stop: number): boolean {
  return /^at [\w.$<>/@]+ ?\(/.test(data.toString('latin1', start, Math.min(stop, start + 200)))
}

/** `java.lang.Foo: …`, `TypeError: …`: a name that ends like an error's, then a colon, a bracket or the end. */
function namesError(data: Buffer, start: number, stop: number): boolean {
  let at = start
  const limit = Math.min(stop, start + 160)
  while (at < limit && isNameByte(data[at] as number)) at++
  if (at < stop && data[at] !== 58 && data[at] !== 91) return false
  const name = data.toString('latin1', start, at)
  return /(?:Exception|Error|Throwable|Failure)$/.test(name)
}

function isNameByte(code: number): boolean {
  return FIRST[code] === LETTER || isDigit(code) || code === 46 || code === 95 || code === 36
}
