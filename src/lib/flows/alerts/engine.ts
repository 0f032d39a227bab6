// The alert engine: holds the lease, makes rounds as evaluations become due, and sends notices beside them. It may be
// ended at any moment, also by force: the database knows how far it came.

import {setTimeout as sleep} from 'node:timers/promises'
import {LogflowError} from '../../errors/logflow-error.js'
import {jittered, Outage, passes, pause} from '../patience.js'
import {Delivery, type DeliveryParts, type DeliveryReport} from './deliver.js'
import {type RoundParts, type RoundResult, Rounds} from './round.js'

/** A rule that was just made, or changed, is known after so long. */
const LOAD_EVERY_MS = 5_000
/** What is too old is looked for so often. */
const FORGET_EVERY_MS = 600_000
/** After a look that failed, the next one. */
const RETRY_MS = 5_000

export interface EngineOptions extends RoundParts, Omit<DeliveryParts, 'holdMs'> {
  /** An engine that has died is followed by another after so long. */
  leaseMs: number
  /** What was over so long ago is removed from the database; absent: nothing is. */
  keepMs?: number
  signal: AbortSignal
}

export interface EngineReport extends DeliveryReport {
  /** Looks at rules, all rounds together. */
  checked: number
  opened: number
  resolved: number
  /** Notices that were made. */
  notices: number
  /** Active rules at the last round, and those that could not be evaluated. */
  rules: number
  failing: RoundResult['failing']
}

/** Works until the signal. What the database refuses for now is waited out; rejects with what does not pass. */
export async function runEngine(options: EngineOptions): Promise<EngineReport> {
  const engine = new Engine(options)
  await engine.run()
  return engine.report()
}

/**
 * One look at all that is due, and one try for every notice that is due. Rejects with LOCK_HELD while another engine
 * works, after the time in which the lease of one that died would have ended.
 */
export async function runEngineOnce(options: EngineOptions): Promise<EngineReport> {
  const engine = new Engine(options)
  await engine.once()
  return engine.report()
}

class Engine {
  readonly #options: EngineOptions
  readonly #rounds: Rounds
  readonly #deliveries: Delivery[] = []
  #forgetAt = 0
  #total = {checked: 0, opened: 0, resolved: 0, notices: 0}
  #last: Pick<EngineReport, 'rules' | 'failing'> = {rules: 0, failing: []}

  constructor(options: EngineOptions) {
    this.#options = options
    this.#rounds = new Rounds(options)
  }

  report(): EngineReport {
    const sum = (of: keyof DeliveryReport) => this.#deliveries.reduce((all, {report}) => all + report[of], 0)
    return {...this.#total, ...this.#last, sent: sum('sent'), failed: sum('failed'), givenUp: sum('givenUp')}
  }

  async run(): Promise<void> {
    const {signal} = this.#options
    const {onNotice} = this.#options
    const outage = new Outage('database', {signal, onNotice})
    while (!signal.aborted) {
      try {
        await this.#holdingLease((held) => this.#work(held, outage))
      } catch (error) {
        if (signal.aborted) return
        if (!passes(error)) throw error
        await pause(outage.failed(error), signal)
      }
    }
  }

  async once(): Promise<void> {
    await this.#holdingLease(async (held) => {
      const delivery = this.#delivery()
      while ((await this.#round(held)).more);
      await delivery.drain(held)
    }, this.#options.leaseMs * 1.5)
  }

  /** Until the lease is lost or the signal comes. */
  async #work(held: AbortSignal, outage: Outage): Promise<void> {
    const failed = new AbortController()
    const ended = AbortSignal.any([held, failed.signal])
    const delivery = this.#delivery()
    const sending = delivery.run(ended).catch((error) => {
      failed.abort(error)
    })
    try {
      while (!ended.aborted) {
        const result = await this.#round(ended)
        outage.over()
        if (result.notices > 0) delivery.poke()
        const tidy = await this.#forget()
        if (!result.more && tidy) await pause(this.#waitAfter(result), ended)
      }
    } catch (error) {
      if (!ended.aborted) failed.abort(error)
    }
    await sending
    if (failed.signal.aborted) throw failed.signal.reason
  }

  async #round(signal: AbortSignal): Promise<RoundResult> {
    const result = await this.#rounds.make(this.#options.now(), signal)
    const {checked, opened, resolved, notices, rules, failing} = result
    this.#total = {
      checked: this.#total.checked + checked,
      opened: this.#total.opened + opened,
      resolved: this.#total.resolved + resolved,
      notices: this.#total.notices + notices,
    }
    this.#last = {rules, failing}
    return result
  }

  /** A part of what is too old, between two rounds; false where there is more. */
  async #forget(): Promise<boolean> {
    const {book, keepMs, now} = this.#options
    if (keepMs === undefined || performance.now() < this.#forgetAt) return true
    const tidy = (await book.forgetBefore(new Date(now().getTime() - keepMs))) === 0
    if (tidy) this.#forgetAt = performance.now() + FORGET_EVERY_MS
    return tidy
  }

  #waitAfter({nextAt, failing}: RoundResult): number {
    const longest = failing.some(({error}) => passes(error)) ? RETRY_MS : LOAD_EVERY_MS
    return Math.min(longest, Math.max(10, nextAt - this.#options.now().getTime()))
  }

  #delivery(): Delivery {
    const delivery = new Delivery({...this.#options, holdMs: this.#options.leaseMs})
    this.#deliveries.push(delivery)
    return delivery
  }

  /**
   * Works while the lease is ours: the signal it is given ends with the lease, or with the engine.
   * @param patienceMs how long another one's lease is waited for; forever unless said
   */
  async #holdingLease(work: (held: AbortSignal) => Promise<void>, patienceMs?: number): Promise<void> {
    const {book, holder, signal, leaseMs} = this.#options
    if (!(await this.#takeLease(patienceMs))) return
    const lost = new AbortController()
    const renewing = this.#renew(lost)
    try {
      await work(AbortSignal.any([signal, lost.signal]))
    } catch (error) {
      if (!lost.signal.aborted) throw error
    } finally {
      lost.abort()
      await renewing
      // Where it cannot be given back it ends by itself.
      await Promise.race([book.releaseLease(holder).catch(() => {}), sleep(leaseMs, undefined, {ref: false})])
    }
  }

  /** False where the signal came first. */
  async #takeLease(patienceMs: number | undefined): Promise<boolean> {
    const {book, holder, leaseMs, signal, onNotice} = this.#options
    const began = performance.now()
    let stoodBy = false
    while (!signal.aborted) {
      if (await book.takeLease(holder, leaseMs)) {
        if (stoodBy) onNotice({kind: 'takes-over'})
        return true
      }
      if (patienceMs !== undefined && performance.now() - began > patienceMs) throw held(await book.leaseHolder())
      if (!stoodBy) onNotice({kind: 'standby', ...(await book.leaseHolder())})
      stoodBy = true
      await pause(jittered(Math.min(leaseMs / 2, 5_000), Math.random), signal)
    }
    return false
  }

  /** Keeps the lease until told that it is not needed any more; says so where it is lost. */
  async #renew(lost: AbortController): Promise<void> {
    const {book, holder, leaseMs} = this.#options
    let until = performance.now() + leaseMs
    while (await pause(leaseMs / 3, lost.signal)) {
      const asked = performance.now()
      try {
        if (!(await book.takeLease(holder, leaseMs))) lost.abort()
        else until = asked + leaseMs
      } catch {
        // Another may have it from then on.
        if (performance.now() > until) lost.abort()
      }
    }
  }
}

function held(lease: {holder: string; until: string} | undefined): LogflowError {
  const who = lease === undefined ? 'another engine' : `another engine (${lease.holder}, until ${lease.until})`
  return new LogflowError('LOCK_HELD', `${who} evaluates the rules of this database`, {
    retriable: true,
    suggestions: ['Stop it (logflow up, or logflow alerts run), or leave the work to it'],
  })
}
