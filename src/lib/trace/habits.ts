import type {Candidate} from './candidates.js'
import type {Evidence} from './evidence.js'

/** How often the spans of a service are called by each other service, learnt from the spans themselves. */
export type Habits = Map<number, Habit>

interface Habit {
  spans: number
  /** By number of the calling service. */
  by: Map<number, number>
}

/** Stands for a caller that nobody logged. */
export const NOBODY = -2
/** What is never seen may be yet: counted as so much of a call. */
const UNSEEN = 0.3
const UNSEEN_NOBODY = 0.1

/** How usual it is for a service to be called by another, or by nobody: a logarithm, 0 where it always is. */
export function usual(habit: Habit | undefined, by: number): number {
  if (habit === undefined) return 0
  return Math.log(((habit.by.get(by) ?? 0) + (by === NOBODY ? UNSEEN_NOBODY : UNSEEN)) / (habit.spans + UNSEEN))
}

/** From times alone: the share of a service's spans that some span of another could have called. */
export function habitsOfTimes(
  candidates: ReadonlyArray<readonly Candidate[] | undefined>,
  evidence: readonly Evidence[],
): Habits {
  const habits: Habits = new Map()
  const shares = new Map<number, number>()
  for (let child = 0; child < candidates.length; child++) {
    const list = candidates[child]
    if (list === undefined) continue
    let best = Number.NEGATIVE_INFINITY
    let likely = 0
    for (const {times, fixed} of list) {
      best = Math.max(best, times)
      likely = Math.max(likely, times + fixed)
    }
    shares.clear()
    for (const {service, times} of list) {
      const share = Math.exp(times - best)
      if (share > (shares.get(service) ?? 0)) shares.set(service, share)
    }
    shares.set(NOBODY, Math.exp(-likely))
    addHabit(habits, (evidence[child] as Evidence).service, shares)
  }
  return habits
}

/**
 * From what was made out of all calls: `shares` gives the chance of each candidate, `root` that of none. Half of the
 * weight stays with `before`, so that a first wrong guess does not feed itself.
 */
export function learntHabits(
  chances: ReadonlyArray<{shares: ArrayLike<number>; root: number} | undefined>,
  candidates: ReadonlyArray<readonly Candidate[] | undefined>,
  evidence: readonly Evidence[],
  before: Habits,
): Habits {
  const habits: Habits = new Map()
  const shares = new Map<number, number>()
  for (let child = 0; child < chances.length; child++) {
    const chance = chances[child]
    const list = candidates[child]
    if (chance === undefined || list === undefined) continue
    shares.clear()
    shares.set(NOBODY, chance.root)
    for (let i = 0; i < list.length; i++) {
      const {service} = list[i] as Candidate
      shares.set(service, (shares.get(service) ?? 0) + (chance.shares[i] as number))
    }
    addHabit(habits, (evidence[child] as Evidence).service, shares)
  }
  for (const [service, habit] of habits)
    for (const [by, share] of before.get(service)?.by ?? []) habit.by.set(by, ((habit.by.get(by) ?? 0) + share) / 2)
  return habits
}

function addHabit(habits: Habits, service: number, shares: ReadonlyMap<number, number>): void {
  let habit = habits.get(service)
  if (!habit) {
    habit = {spans: 0, by: new Map()}
    habits.set(service, habit)
  }
  habit.spans++
  for (const [by, share] of shares) habit.by.set(by, (habit.by.get(by) ?? 0) + share)
}
