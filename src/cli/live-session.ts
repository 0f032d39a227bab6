import {writeFile} from 'node:fs/promises'
import {setTimeout as wait} from 'node:timers/promises'
import type {Alerts} from '../lib/alerts/alerts.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import type {FoundTrace} from '../lib/flows/find-trace.js'
import type {Arrivals} from '../lib/flows/tail-arrivals.js'
import type {TailEvent} from '../lib/flows/tail-records.js'
import {escapeLine} from '../lib/output/escape-controls.js'
import {plural} from '../lib/output/numbers.js'
import {traceView} from '../lib/output/trace-view.js'
import {createMiner} from '../lib/patterns/miner.js'
import type {LogRecord} from '../lib/record/record.js'
import {buildTrace} from '../lib/trace/trace-tree.js'
import type {Kept} from '../lib/tui/screen.js'
import type {State} from '../lib/tui/state.js'
import {type Effect, type Message, update} from '../lib/tui/update.js'
import {callerHere} from './local-caller.js'

/**
 * How long records are gathered before the screen is told of them; keys are told at once. Where more than a screenful comes
 * in that time nobody reads along, and a frame costs more than the records in it.
 */
const GATHER_MS = {calm: 50, busy: 250}
const RATE_MS = 1_000
const PATTERNS_MS = 2_000
const LAG_MS = 2_000
const ALERTS_MS = 5_000
const TOP_PATTERNS = 30

export interface SessionParts {
  events: AsyncIterable<TailEvent>
  arrivals: Arrivals
  /** Absent where plain files are watched: nobody has rules about them. */
  alerts?: () => Promise<Alerts>
  findTrace(id: string): Promise<FoundTrace>
  /** Whether to colour what is drawn outside the screen. */
  color: boolean
  /** What goes to the terminal itself: the request to put a text on the clipboard. */
  write(text: string): void
  now(): number
}

/** The live screen's state, what changes it, and what it asks for. */
export class LiveSession implements Kept {
  #state: State
  readonly #listeners = new Set<() => void>()
  readonly #end = new AbortController()
  readonly #miner = createMiner({stats: {create: () => ({}), merge: () => {}}})
  #arrived = 0

  constructor(
    first: State,
    private readonly parts: SessionParts,
  ) {
    this.#state = first
  }

  /** Aborts when the user has left. */
  get ended(): AbortSignal {
    return this.#end.signal
  }

  state(): State {
    return this.#state
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(message: Message): void {
    const {state, effects} = update(this.#state, message)
    this.#state = state
    for (const listener of this.#listeners) listener()
    for (const effect of effects) {
      this.#carryOut(effect).catch((error) => this.tell({kind: 'note', text: lineOf(error), bad: true}))
    }
  }

  /** Follows what arrives until the user leaves; rejects with what ended it otherwise. */
  async run(): Promise<void> {
    const beside = [this.#watchRate(), this.#watchPatterns(), this.#watchLag(), this.#watchAlerts()]
    try {
      await this.#follow()
    } finally {
      this.leave()
      await Promise.all(beside)
    }
  }

  leave(): void {
    this.#end.abort()
  }

  async #follow(): Promise<void> {
    let gathered: LogRecord[] = []
    let timer: NodeJS.Timeout | undefined
    let pace: keyof typeof GATHER_MS = 'calm'
    const pass = () => {
      clearTimeout(timer)
      timer = undefined
      const records = gathered
      gathered = []
      pace = records.length > this.#state.size.rows ? 'busy' : 'calm'
      if (records.length > 0) this.tell({kind: 'records', records})
    }
    for await (const event of this.parts.events) {
      if (this.ended.aborted) return
      if (event.kind === 'records') {
        this.#arrived += event.records.length
        for (const record of event.records) this.#miner.add(record.message ?? record.event ?? '')
        gathered.push(...event.records)
        timer ??= setTimeout(pass, GATHER_MS[pace])
        // The screen and the keys have their turn, however much comes.
        if (gathered.length > 5_000) {
          pass()
          await wait(0)
        }
      } else if (event.kind === 'gap') {
        this.tell({kind: 'health', health: event.gap.reason === 'away' ? {away: 'away, trying again'} : {}})
        this.tell({kind: 'note', text: `gap: ${event.gap.message}`, bad: true})
      } else if (event.kind === 'back') {
        this.tell({kind: 'health', health: {away: undefined}})
        this.tell({kind: 'note', text: 'back: going on from the last position'})
      }
    }
    pass()
    // Files and pipes end; what they held is still looked at.
    await this.#untilLeft()
  }

  async #untilLeft(): Promise<void> {
    if (!this.ended.aborted) await new Promise((resolve) => this.ended.addEventListener('abort', resolve, {once: true}))
  }

  async #every(ms: number, work: () => Promise<void> | void): Promise<void> {
    while (!this.ended.aborted) {
      await work()
      await wait(ms, undefined, {signal: this.ended}).catch(() => {})
    }
  }

  #watchRate(): Promise<void> {
    let before = this.#arrived
    let at = this.parts.now()
    return this.#every(RATE_MS, () => {
      const now = this.parts.now()
      const rate = now > at ? ((this.#arrived - before) * 1_000) / (now - at) : 0
      if (Math.round(rate) !== Math.round(this.#state.rate)) this.tell({kind: 'rate', rate})
      before = this.#arrived
      at = now
    })
  }

  #watchPatterns(): Promise<void> {
    let seen = -1
    return this.#every(PATTERNS_MS, () => {
      if (seen === this.#arrived) return
      seen = this.#arrived
      const patterns = this.#miner.templates().slice(0, TOP_PATTERNS)
      this.tell({kind: 'patterns', patterns: patterns.map(({text, count}) => ({text, count}))})
    })
  }

  #watchLag(): Promise<void> {
    return this.#every(LAG_MS, async () => {
      const lag = await this.parts.arrivals.lag().catch(() => undefined)
      if (lag !== this.#state.health.lag && !this.ended.aborted) this.tell({kind: 'health', health: {lag}})
    })
  }

  async #watchAlerts(): Promise<void> {
    const {alerts} = this.parts
    if (!alerts) return
    await this.#every(ALERTS_MS, async () => {
      try {
        const open = await (await alerts()).triggered(callerHere())
        if (!this.ended.aborted) this.tell({kind: 'alerts', alerts: open})
      } catch (error) {
        if (!(error instanceof LogflowError)) throw error
        this.tell({kind: 'note', text: `alerts cannot be read: ${lineOf(error)}`, bad: true})
      }
    })
  }

  async #carryOut(effect: Effect): Promise<void> {
    switch (effect.kind) {
      case 'quit':
        return this.leave()
      case 'trace':
        return this.#showTrace(effect.id)
      case 'acknowledge':
      case 'resolve': {
        const alerts = await this.parts.alerts?.()
        if (!alerts) return
        await alerts[effect.kind](callerHere(), effect.alert.id)
        return this.tell({kind: 'alerts', alerts: await alerts.triggered(callerHere())})
      }
      case 'copy':
        // OSC 52: terminals that allow it put the text on the clipboard; the note shows it to all others.
        this.parts.write(`\u001b]52;c;${Buffer.from(effect.text).toString('base64')}\u0007`)
        return this.tell({kind: 'note', text: effect.text})
      case 'save':
        return this.#save(effect.path, effect.records)
    }
  }

  async #showTrace(asked: string): Promise<void> {
    const {id, records} = await this.parts.findTrace(asked)
    if (records.length === 0) {
      return this.tell({kind: 'note', text: `no record of ${asked} is stored yet`, bad: true})
    }
    const screen = {isTerminal: true, width: this.#state.size.columns, color: this.parts.color}
    const lines = traceView(buildTrace(id, records), {screen, now: this.parts.now(), all: true}).trimEnd().split('\n')
    this.tell({kind: 'trace', id, lines})
  }

  async #save(path: string, records: readonly LogRecord[]): Promise<void> {
    try {
      await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''), {flag: 'wx', mode: 0o600})
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException
      const why = code === 'EEXIST' ? 'there is such a file already' : (code ?? String(error))
      return this.tell({kind: 'note', text: `${path} was not written: ${why}`, bad: true})
    }
    this.tell({kind: 'note', text: `${plural(records.length, 'record')} saved to ${path}`})
  }
}

function lineOf(error: unknown): string {
  return escapeLine((error instanceof Error ? error.message : String(error)).split('\n', 1)[0] as string)
}
