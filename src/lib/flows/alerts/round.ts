// One round of the engine: every rule that is due is looked at, goes on, and is written down with what people are to be
// told of it. What a round has not written, the next one finds again: so it may end anywhere.

import {advance} from '../../alerts/advance.js'
import {firstState, goBackTo, skipTo, takeUp} from '../../alerts/begin-state.js'
import type {EngineBook, EngineRule, NewNotice, RuleCommit} from '../../alerts/engine-book.js'
import type {Look} from '../../alerts/look.js'
import type {Rule, WrittenRule} from '../../alerts/rule.js'
import type {AlertEvent, RuleState, SilenceSpan} from '../../alerts/state.js'
import type {Store} from '../../store/store.js'
import type {Counters} from '../../telemetry/signals.js'
import {passes} from '../patience.js'
import type {EngineNotice} from './engine-notice.js'
import {type Looked, lookAt, nextLookAt, reasonOf} from './look.js'
import {makeNotice, namedGroup} from './make-notice.js'
import {addSamples} from './samples.js'

/** What was missed for longer is not looked at any more. */
const LONGEST_MISSED_MS = 7 * 86_400_000
const MOST_MISSED = 20_000
/** A state that lies further ahead was made by a clock that was wrong: clocks of two machines differ by less. */
const FARTHEST_AHEAD_MS = 5 * 60_000
/** A failure that lasts is written down again after so long. */
const NOTE_AGAIN_MS = 10 * 60_000
/** Samples for all notices of a round are read within so long. */
const SAMPLES_WITHIN_MS = 5_000

export interface RoundParts {
  book: EngineBook
  /** Opens the store, or rejects while it is away. */
  store: () => Promise<Pick<Store, 'aggregateEach' | 'search' | 'refresh'>>
  /** Checks a rule as it is written; throws where it cannot be. */
  readRule: (written: WrittenRule) => Rule
  newId: () => string
  /** Makes text from strangers safe to look at. */
  printable: (text: string) => string
  counters: Counters
  onNotice: (notice: EngineNotice) => void
}

export interface RoundResult {
  /** Rules that were looked at, and that are active. */
  checked: number
  rules: number
  opened: number
  resolved: number
  /** Notices that were made. */
  notices: number
  failing: Array<{rule: string; reason: string; error: unknown}>
  /** There is more to look at now: what was missed is long, or another engine came between. */
  more: boolean
  /** When the next evaluation is due, ms since 1970; Infinity without rules. */
  nextAt: number
}

interface RoundUnderWay extends RoundResult {
  /** Ids of rules that are to be looked at again at once. */
  again: Set<string>
}

interface Due {
  engineRule: EngineRule
  rule: Rule
  /** What it goes on from, and what has become of that before the first look. */
  state: RuleState
  events: AlertEvent[]
  /** Evaluations that are not made any more: after `from`, up to `to`; ms since 1970. */
  missed?: {from: number; to: number}
  /** The clock was set back: it had been evaluated up to `from`, and goes on from `to`; ms since 1970. */
  setBack?: {from: number; to: number}
}

/** What is to be written of a rule. */
interface Gone {
  due: Due
  commit: RuleCommit
  more: boolean
}

/** Makes rounds; keeps between them only what saves work. */
export class Rounds {
  readonly #parts: RoundParts
  /** Rules as they were read, by id. */
  #read = new Map<string, {version: number; rule?: Rule; error?: unknown}>()
  /** Rules that fail, by id, and when that was written down last. */
  readonly #failing = new Map<string, {version: number; rule: string; reason: string; error: unknown; at: number}>()
  /** When a rule, as it was then, is to be looked at again: by id. */
  readonly #nextAt = new Map<string, {version: number; at: number}>()

  constructor(parts: RoundParts) {
    this.#parts = parts
  }

  /**
   * Rejects when the database is away (retriable), or the signal aborts. Events that `commit` has not taken are made
   * again in the next round.
   */
  async make(now: Date, signal: AbortSignal): Promise<RoundResult> {
    const {rules, silences} = await this.#parts.book.load()
    const result = emptyResult(rules.length)
    const due = (await this.#readAll(rules, now)).filter(({engineRule}) => this.#isDue(engineRule, now))
    const looked = await this.#look(due, now, signal)
    const reading = AbortSignal.any([signal, AbortSignal.timeout(SAMPLES_WITHIN_MS)])
    const gone: Gone[] = []
    for (const [index, found] of looked) {
      const one = due[index] as Due
      if ('failed' in found) await this.#fail(one.engineRule, found.error, now)
      else {
        try {
          gone.push(await this.#goOn(one, found, silences, now, reading))
        } catch (error) {
          await this.#fail(one.engineRule, error, now)
        }
      }
    }
    signal.throwIfAborted()
    await this.#write(gone, now, result)
    for (const {engineRule, rule} of due) {
      const {id, version} = engineRule
      if (result.again.has(id)) this.#nextAt.delete(id)
      else this.#nextAt.set(id, {version, at: nextLookAt(rule, now.getTime())})
    }
    result.more = result.again.size > 0
    for (const {at} of this.#nextAt.values()) result.nextAt = Math.min(result.nextAt, at)
    for (const {rule, reason, error} of this.#failing.values()) result.failing.push({rule, reason, error})
    return result
  }

  /** Between two evaluations there is nothing to find; but what only passed by may be tried again at once. */
  #isDue({id, version}: EngineRule, now: Date): boolean {
    const next = this.#nextAt.get(id)
    return next?.version !== version || now.getTime() >= next.at || passes(this.#failing.get(id)?.error)
  }

  async #readAll(rules: readonly EngineRule[], now: Date): Promise<Due[]> {
    const before = this.#read
    this.#read = new Map()
    const due: Due[] = []
    for (const engineRule of rules) {
      const {id, version, written} = engineRule
      const known = before.get(id)
      const read = known?.version === version ? known : {version, ...this.#readOne(written)}
      this.#read.set(id, read)
      const {rule} = read
      const found = rule === undefined ? {error: read.error} : attempt(() => dueOf(engineRule, rule, now))
      if ('value' in found) due.push(found.value)
      else await this.#fail(engineRule, found.error, now)
    }
    for (const known of [this.#failing, this.#nextAt])
      for (const id of known.keys()) if (!this.#read.has(id)) known.delete(id)
    return due
  }

  #readOne(written: WrittenRule): {rule?: Rule; error?: unknown} {
    const read = attempt(() => this.#parts.readRule(written))
    return 'value' in read ? {rule: read.value} : read
  }

  async #look(due: readonly Due[], now: Date, signal: AbortSignal): Promise<Map<number, Looked>> {
    if (due.length === 0) return new Map()
    try {
      const store = await this.#parts.store()
      await store.refresh()
      return await lookAt(store, due, now.getTime(), {signal})
    } catch (error) {
      signal.throwIfAborted()
      return new Map(due.map((_, index) => [index, {failed: reasonOf(error), error}]))
    }
  }

  async #goOn(
    due: Due,
    {looks, more}: {looks: Look[]; more: boolean},
    silences: readonly SilenceSpan[],
    now: Date,
    reading: AbortSignal,
  ): Promise<Gone> {
    const {engineRule, rule, state: before} = due
    const {byHand} = engineRule
    const {newId} = this.#parts
    const {state, events: found} = advance({rule, state: before, looks, silences, byHand, newId})
    const events = [...due.events, ...found]
    const notice = await this.#noticeOf(due, state, events, now, reading)
    return {due, more, commit: {rule: engineRule, state, events, notices: notice ? [notice] : []}}
  }

  async #noticeOf(
    {engineRule, rule, state: before}: Due,
    after: RuleState,
    events: readonly AlertEvent[],
    now: Date,
    signal: AbortSignal,
  ): Promise<NewNotice | undefined> {
    if (events.length === 0) return undefined
    const {newId, printable, store} = this.#parts
    const earlier = engineRule.state ?? before
    const made = makeNotice({ruleId: engineRule.id, rule, before: earlier, after, events}, newId(), now)
    const [first] = made?.told ?? []
    if (made === undefined || first === undefined) return undefined
    await addSamples(store, rule, made.told, {printable, signal})
    return {id: made.notice.id, alertId: first.alert.id, channel: rule.channel, body: made.notice}
  }

  /** All in one transaction; where that is refused, one by one, so that only the one that is wrong fails. */
  async #write(gone: readonly Gone[], now: Date, result: RoundUnderWay): Promise<void> {
    if (gone.length === 0) return
    const {book} = this.#parts
    try {
      const written = await book.commitMany(
        gone.map(({commit}) => commit),
        now,
      )
      for (const [index, one] of gone.entries()) await this.#written(one, written[index] === true, now, result)
    } catch (error) {
      const [only] = gone
      if (passes(error) || only === undefined) throw error
      if (gone.length === 1) await this.#fail(only.due.engineRule, error, now)
      else for (const one of gone) await this.#write([one], now, result)
    }
  }

  async #written({due, commit, more}: Gone, written: boolean, now: Date, result: RoundUnderWay): Promise<void> {
    const {book, counters, onNotice} = this.#parts
    const {engineRule, rule, missed, setBack} = due
    counters.alertChecked()
    result.checked++
    if (more || !written) result.again.add(engineRule.id)
    if (!written) return
    result.notices += commit.notices.length
    if (this.#failing.delete(engineRule.id)) onNotice({kind: 'rule-recovered', rule: rule.name})
    this.#tell(rule, commit.events, result)
    if (setBack !== undefined) {
      const [from, to] = [new Date(setBack.from).toISOString(), new Date(setBack.to).toISOString()]
      onNotice({kind: 'set-back', rule: rule.name, from, to})
      await book.noteMissed(engineRule.id, `evaluated up to ${from}, which is yet to come: it goes on from ${to}`, now)
    }
    if (missed === undefined) return
    const notice = missedNotice(rule, missed)
    onNotice(notice)
    const {evaluations, from, to} = notice
    await book.noteMissed(engineRule.id, `${evaluations} evaluations after ${from}, up to ${to}, were not made`, now)
  }

  async #fail({id, version, written}: EngineRule, error: unknown, now: Date): Promise<void> {
    const reason = reasonOf(error)
    const rule = written.name
    const known = this.#failing.get(id)
    const noted = known?.version === version ? known : undefined
    if (noted?.reason === reason && now.getTime() - noted.at < NOTE_AGAIN_MS) {
      noted.error = error
      return
    }
    await this.#parts.book.noteFailure(id, reason, now)
    this.#failing.set(id, {version, rule, reason, error, at: now.getTime()})
    if (noted?.reason !== reason) this.#parts.onNotice({kind: 'rule-failing', rule, reason, error})
  }

  #tell(rule: Rule, events: readonly AlertEvent[], result: RoundUnderWay): void {
    const {counters, onNotice} = this.#parts
    for (const event of events) {
      if (event.kind !== 'opened' && event.kind !== 'again' && event.kind !== 'resolved') continue
      if (event.kind === 'opened') {
        result.opened++
        counters.alertTriggered(rule.name)
      }
      if (event.kind === 'resolved') result.resolved++
      onNotice({
        kind: event.kind,
        alert: event.alert,
        rule: rule.name,
        severity: rule.severity,
        group: namedGroup(rule, event.group),
        at: new Date(event.at).toISOString(),
        ...(event.value === undefined ? {} : {value: event.value}),
        silenced: event.silenced,
      })
    }
  }
}

/** Where a rule goes on from: what was missed for too long is left out, and so is what is yet to come. */
function dueOf(engineRule: EngineRule, rule: Rule, now: Date): Due {
  const kept = engineRule.state ?? firstState(Date.parse(engineRule.createdAt))
  const taken = takeUp(rule, kept, Date.parse(engineRule.changedAt))
  const {everyMs, latenessMs} = rule
  if (taken.state.until > now.getTime() + FARTHEST_AHEAD_MS) {
    // One evaluation is due at once, so that it is written down.
    const to = (Math.floor((now.getTime() - latenessMs) / everyMs) - 1) * everyMs
    const back = goBackTo(taken.state, to, engineRule.byHand)
    const events = [...taken.events, ...back.events]
    return {engineRule, rule, state: back.state, events, setBack: {from: taken.state.until, to}}
  }
  const earliest = now.getTime() - latenessMs - Math.min(LONGEST_MISSED_MS, MOST_MISSED * everyMs)
  if (taken.state.until >= earliest) return {engineRule, rule, ...taken}
  const to = Math.floor(earliest / everyMs) * everyMs
  const skipped = skipTo(taken.state, to)
  const events = [...taken.events, ...skipped.events]
  return {engineRule, rule, state: skipped.state, events, missed: {from: taken.state.until, to}}
}

function missedNotice({name, everyMs}: Rule, {from, to}: {from: number; to: number}) {
  return {
    kind: 'missed' as const,
    rule: name,
    evaluations: Math.floor((to - from) / everyMs),
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  }
}

function emptyResult(rules: number): RoundUnderWay {
  return {
    checked: 0,
    rules,
    opened: 0,
    resolved: 0,
    notices: 0,
    failing: [],
    again: new Set(),
    more: false,
    nextAt: Number.POSITIVE_INFINITY,
  }
}

function attempt<T>(work: () => T): {value: T} | {error: unknown} {
  try {
    return {value: work()}
  } catch (error) {
    return {error}
  }
}
