// Notices wait in the database until they have arrived: at least once, always under the same id. Each is sent by itself,
// so that a destination that hangs holds up no other, and no evaluation.

import type {EngineBook, WaitingNotice} from '../../alerts/engine-book.js'
import type {ChannelName} from '../../alerts/rule.js'
import type {Channel, Notice, Outcome} from '../../notify/notice.js'
import type {Counters} from '../../telemetry/signals.js'
import {jittered, pause} from '../patience.js'
import type {EngineNotice} from './engine-notice.js'
import {reasonOf} from './look.js'

/** Notices on their way at once. */
const MOST_AT_ONCE = 64
/** The wait before the next try doubles from the first figure to the second. */
const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 15 * 60_000
/** What could not be told for so long is not told any more. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000
/** Notices that others have written are found after so long. */
const LOOK_EVERY_MS = 2_000
/** At the end, what is on its way has so long to arrive. */
const GRACE_MS = 5_000

export interface DeliveryParts {
  book: EngineBook
  channels: ReadonlyMap<ChannelName, Channel>
  holder: string
  now: () => Date
  /** A notice that is being sent is hidden from other engines for so long, and its sending is ended before that. */
  holdMs: number
  counters: Counters
  onNotice: (notice: EngineNotice) => void
  /** Numbers in [0, 1). */
  random?: () => number
}

/** What has become of notices since it was opened. */
export interface DeliveryReport {
  sent: number
  /** Tries that failed, and notices that were given up. */
  failed: number
  givenUp: number
}

/** Sends what is due. Several may work on one database: what one has claimed, the others do not see. */
export class Delivery {
  readonly report: DeliveryReport = {sent: 0, failed: 0, givenUp: 0}
  readonly #parts: DeliveryParts
  readonly #underWay = new Set<Promise<void>>()
  /** Ends what is on its way. */
  readonly #end = new AbortController()
  #poked = false
  #wake: (() => void) | undefined

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** There may be new notices. */
  poke(): void {
    this.#poked = true
    this.#wake?.()
  }

  /**
   * Sends notices as they become due, until the signal; what has not arrived soon after is sent again another time.
   * Rejects when the database is away.
   */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const claimed = await this.#claim(signal)
        if (claimed === 0) await this.#idle(signal)
        else await this.#slot()
      }
    } finally {
      await this.#finish()
    }
  }

  /** Sends all that is due now, each once, and waits for the outcome. */
  async drain(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && (await this.#claim(signal)) > 0) await this.#slot()
    } finally {
      if (signal.aborted) await this.#finish()
      else await Promise.all(this.#underWay)
    }
  }

  async #finish(): Promise<void> {
    const timer = setTimeout(() => this.#end.abort(), GRACE_MS)
    await Promise.allSettled(this.#underWay)
    clearTimeout(timer)
  }

  async #claim(signal: AbortSignal): Promise<number> {
    const {book, holder, now, holdMs} = this.#parts
    const free = MOST_AT_ONCE - this.#underWay.size
    if (free <= 0 || signal.aborted) return 0
    const waiting = await book.claimNotices(holder, now(), free, holdMs)
    for (const notice of waiting) {
      const sending = this.#deliver(notice).finally(() => {
        this.#underWay.delete(sending)
        this.poke()
      })
      this.#underWay.add(sending)
      // whoever waits for it is told; nobody may be waiting yet
      sending.catch(() => {})
    }
    return waiting.length
  }

  /** Waits until another notice may be taken. */
  async #slot(): Promise<void> {
    if (this.#underWay.size >= MOST_AT_ONCE) await Promise.race(this.#underWay)
  }

  async #idle(signal: AbortSignal): Promise<void> {
    const {book, now} = this.#parts
    const next = await book.nextNoticeAt()
    const dueIn = next === undefined ? LOOK_EVERY_MS : next.getTime() - now().getTime()
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    if (!this.#poked) await pause(Math.min(LOOK_EVERY_MS, Math.max(20, dueIn)), AbortSignal.any([signal, woken.signal]))
    this.#wake = undefined
    this.#poked = false
  }

  async #deliver(waiting: WaitingNotice): Promise<void> {
    const {book, now} = this.#parts
    const outcome = await this.#send(waiting)
    // ended by us: nobody knows whether it arrived, so it is sent again, under the same id
    if (!outcome.sent && this.#end.signal.aborted) return
    const settled = this.#judge(waiting, outcome)
    await book.settleNotice(waiting.id, settled, now())
    this.#tell(waiting, settled)
  }

  async #send({body, channel: name, channelConfig: config, ownerId}: WaitingNotice): Promise<Outcome> {
    const channel = this.#parts.channels.get(name as ChannelName)
    if (channel === undefined) return {sent: false, reason: `there is no channel ${name}`, retriable: false}
    const late = AbortSignal.timeout(Math.ceil(this.#parts.holdMs * 0.7))
    const target = {config, trusted: ownerId === undefined, signal: AbortSignal.any([this.#end.signal, late])}
    try {
      return await orAborted(channel.send(body as Notice, target), target.signal)
    } catch (error) {
      const reason = late.aborted ? 'it took too long' : reasonOf(error)
      return {sent: false, reason, retriable: true}
    }
  }

  #judge(waiting: WaitingNotice, outcome: Outcome): Settled {
    if (outcome.sent) return {sent: true}
    const {reason, retriable, afterMs = 0} = outcome
    const now = this.#parts.now().getTime()
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(waiting.attempts, 20))
    const wait = Math.max(jittered(longest, this.#parts.random ?? Math.random), Math.min(afterMs, GIVE_UP_AFTER_MS))
    const tooLate = now + wait - Date.parse(waiting.createdAt) > GIVE_UP_AFTER_MS
    return retriable && !tooLate ? {sent: false, reason, next: new Date(now + wait)} : {sent: false, reason}
  }

  #tell({id, channel, attempts}: WaitingNotice, settled: Settled): void {
    const {onNotice, counters, now} = this.#parts
    if (settled.sent) {
      this.report.sent++
      onNotice({kind: 'notice-sent', id, channel, attempts: attempts + 1})
    } else if (settled.next) {
      this.report.failed++
      const afterMs = settled.next.getTime() - now().getTime()
      onNotice({kind: 'notice-waiting', id, channel, reason: settled.reason, afterMs})
    } else {
      this.report.givenUp++
      counters.dropped('event', 'alert_notice_given_up', 1)
      onNotice({kind: 'notice-given-up', id, channel, reason: settled.reason})
    }
  }
}

type Settled = Parameters<EngineBook['settleNotice']>[1]

/** A channel that does not heed its signal is left behind. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason)
    if (signal.aborted) end()
    signal.addEventListener('abort', end, {once: true})
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}
