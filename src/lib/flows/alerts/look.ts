// Looking at many rules at once: what each asks of the store goes out together, so that rules which ask the same are
// answered by one question, and all by as few scans as the store needs.

import {staysWithMore} from '../../alerts/condition.js'
import type {Look} from '../../alerts/look.js'
import {type LookPlan, looksAtOnce, planLooks} from '../../alerts/plan.js'
import type {Rule} from '../../alerts/rule.js'
import type {RuleState} from '../../alerts/state.js'
import type {Question} from '../../metrics/question.js'
import {type Answer, everyAnswer} from '../../store/answers.js'
import type {Store} from '../../store/store.js'
import {passes} from '../patience.js'

/** What evaluations ask of a store. */
export type Asked = Pick<Store, 'aggregateEach'>

export interface RuleAt {
  rule: Rule
  state: RuleState
}

export type Looked =
  /** `more`: there were more evaluations due than one look makes. */
  | {looks: Look[]; more: boolean}
  /** It could not be evaluated, and why. */
  | {failed: string; error: unknown}

export interface LookOptions {
  signal?: AbortSignal
}

/**
 * Evaluates every rule at all moments after `state.until` that `now` has reached. A rule for which none is due is not in
 * the answer. Rejects only when the signal aborts: one that the store refuses does not take the others with it.
 * @param now ms since 1970; of before the store is asked
 */
export async function lookAt(
  store: Asked,
  rules: readonly RuleAt[],
  now: number,
  {signal}: LookOptions = {},
): Promise<Map<number, Looked>> {
  const looked = new Map<number, Looked>()
  const planned = rules.flatMap((rule, index) => {
    try {
      return planFor(index, rule, now) ?? []
    } catch (error) {
      looked.set(index, {failed: reasonOf(error), error})
      return []
    }
  })
  await askTogether(store, planned, looked, now, signal)
  return looked
}

/** When the next evaluation of a rule is due that may tell something new, ms since 1970. */
export function nextLookAt(rule: Rule, now: number): number {
  const {everyMs, latenessMs} = rule
  const after = (ms: number) => (Math.floor(ms / everyMs) + 1) * everyMs
  const final = after(now - latenessMs) + latenessMs
  return staysWithMore(rule) ? Math.min(after(now), final) : final
}

interface Planned extends RuleAt {
  index: number
  plan: LookPlan
  /** The last moment asked for is the last that is due. */
  more: boolean
  steps: number
}

/** @param most evaluations of it in this look; what is due beyond them is left to the next */
function planFor(index: number, {rule, state}: RuleAt, now: number, most = looksAtOnce(rule)): Planned | undefined {
  const {everyMs, latenessMs} = rule
  const lastFinal = floorTo(now - latenessMs, everyMs)
  // One that is not final can do no more than open early.
  const last = staysWithMore(rule) ? floorTo(now, everyMs) : lastFinal
  const mostMs = most * everyMs
  // Where nothing becomes final, the newest ones are those that may open early, however long the lateness is.
  const from = lastFinal > state.until ? state.until : Math.max(state.until, last - mostMs)
  const to = Math.min(last, floorTo(from, everyMs) + mostMs)
  if (to <= from) return undefined
  const finalUntil = Math.min(to, lastFinal)
  const plan = planLooks(rule, {from, to, finalUntil})
  const steps = Math.ceil((to - from) / everyMs)
  const more = to < last
  return {index, rule, state, plan, steps, more}
}

/** Asks for all at once. Where that fails for a reason that does not pass, one of them may be it: each half is asked. */
async function askTogether(
  store: Asked,
  planned: readonly Planned[],
  looked: Map<number, Looked>,
  now: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (planned.length === 0) return
  const {questions, places} = shareQuestions(planned.flatMap(({plan}) => plan.questions))
  let answers: Answer[]
  try {
    answers = questions.length === 0 ? [] : await store.aggregateEach(questions, signal)
  } catch (error) {
    if (signal?.aborted) throw error
    if (passes(error) || planned.length === 1) return fail(planned, looked, error)
    const half = planned.length >> 1
    await askTogether(store, planned.slice(0, half), looked, now, signal)
    return askTogether(store, planned.slice(half), looked, now, signal)
  }
  let first = 0
  for (const one of planned) {
    const mine = places.slice(first, first + one.plan.questions.length).map((place) => answers[place] as Answer)
    first += one.plan.questions.length
    try {
      looked.set(one.index, {looks: one.plan.looks(everyAnswer(mine)), more: one.more})
    } catch (error) {
      await askForLess(store, one, looked, now, signal, error)
    }
  }
}

/** A long stretch may be too much to answer where a short one is not. */
async function askForLess(
  store: Asked,
  {index, rule, state, steps}: Planned,
  looked: Map<number, Looked>,
  now: number,
  signal: AbortSignal | undefined,
  error: unknown,
): Promise<void> {
  const less = steps === 1 ? undefined : planFor(index, {rule, state}, now, steps > 10 ? Math.ceil(steps / 10) : 1)
  if (less === undefined) looked.set(index, {failed: reasonOf(error), error})
  else await askTogether(store, [less], looked, now, signal)
}

function fail(planned: readonly Planned[], looked: Map<number, Looked>, error: unknown): void {
  for (const {index} of planned) looked.set(index, {failed: reasonOf(error), error})
}

/** Each question once, and for every one that was asked the place of its answer. Trees of a query are plain JSON. */
function shareQuestions(asked: readonly Question[]): {questions: Question[]; places: number[]} {
  const known = new Map<string, number>()
  const questions: Question[] = []
  const places = asked.map((question) => {
    const key = JSON.stringify(question)
    const place = known.get(key) ?? questions.push(question) - 1
    known.set(key, place)
    return place
  })
  return {questions, places}
}

/** Why something failed, in one line for a person. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function floorTo(ms: number, step: number): number {
  return Math.floor(ms / step) * step
}
