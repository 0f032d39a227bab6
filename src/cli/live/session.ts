import {setMaxListeners} from 'node:events'
import {setTimeout as wait} from 'node:timers/promises'
import type {LogRecord} from '../../lib/record/record.js'
import type {Message} from '../../lib/tui/message.js'
import type {Kept} from '../../lib/tui/screen.js'
import type {State} from '../../lib/tui/state.js'
import {travelOf} from '../../lib/tui/travel.js'
import {update} from '../../lib/tui/update.js'
import {carryOut} from './effects.js'
import {firstLineOf} from './first-line.js'
import {MinedPatterns} from './mined-patterns.js'
import type {Live, LiveParts} from './parts.js'
import {Player} from './player.js'
import {watchAll} from './watch-all.js'
import {every} from './watches.js'

/** How long records are gathered before the screen is told of them; keys are told at once. */
const GATHER_MS = 50
const RATE_MS = 1_000
const PATTERNS_MS = 2_000

/** The live screen's state, and what changes it. */
export class LiveSession implements Kept, Live {
  #state: State
  readonly #listeners = new Set<() => void>()
  readonly #end = new AbortController()
  readonly #patterns = new MinedPatterns()
  readonly player: Player

  constructor(
    first: State,
    readonly parts: LiveParts,
  ) {
    this.#state = first
    // Every watch waits for it; Node would warn of more than ten, on the screen.
    setMaxListeners(0, this.#end.signal)
    this.player = new Player(this, parts.ask)
  }

  get ended(): AbortSignal {
    return this.#end.signal
  }

  readonly state = (): State => this.#state

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly tell = (message: Message): void => {
    const {state, effects} = update(this.#state, message)
    this.#state = state
    for (const listener of this.#listeners) listener()
    for (const effect of effects) {
      carryOut(effect, this).catch((error) => this.tell({kind: 'note', text: firstLineOf(error), bad: true}))
    }
  }

  /** Follows what arrives until the user leaves; rejects with what ended it otherwise, once all has ended. */
  async run(): Promise<void> {
    const failures: unknown[] = []
    const work = [this.#follow(), this.#watchRate(), this.#watchPatterns(), ...watchAll(this)]
    const fail = (error: unknown) => {
      failures.push(error)
      this.leave()
    }
    await Promise.all(work.map((one) => one.catch(fail)))
    if (failures.length > 0) throw failures[0]
  }

  readonly leave = (): void => {
    this.#end.abort()
  }

  async #follow(): Promise<void> {
    let gathered: LogRecord[] = []
    let timer: NodeJS.Timeout | undefined
    const pass = () => {
      clearTimeout(timer)
      timer = undefined
      const records = gathered
      gathered = []
      if (records.length > 0) this.tell({kind: 'records', records})
    }
    for await (const event of this.parts.events) {
      if (this.ended.aborted) return
      if (event.kind === 'records') {
        this.#patterns.add(event.records)
        gathered.push(...event.records)
        timer ??= setTimeout(pass, GATHER_MS)
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

  #watchRate(): Promise<void> {
    let before = this.#patterns.count
    let at = this.parts.now()
    return every(RATE_MS, this, () => {
      const now = this.parts.now()
      // The first that come were there already: they are no rate.
      const rate = now > at && before > 0 ? ((this.#patterns.count - before) * 1_000) / (now - at) : 0
      if (Math.round(rate) !== Math.round(this.#state.rate)) this.tell({kind: 'rate', rate})
      before = this.#patterns.count
      at = now
    })
  }

  /** Of what is played, where one is at another time. */
  #watchPatterns(): Promise<void> {
    let seen: MinedPatterns | undefined
    let count = 0
    return every(PATTERNS_MS, this, () => {
      const patterns = travelOf(this.#state) ? this.player.patterns : this.#patterns
      if (seen === patterns && count === patterns.count) return
      seen = patterns
      count = patterns.count
      this.tell(patterns.message())
    })
  }
}
