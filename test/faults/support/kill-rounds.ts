// Rounds of SIGKILL: new lines, a kill at a random point, another run that goes on from there, and a comparison.

import {appendFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {onTestFinished} from 'vitest'
import {emptyHome} from '../../support/run-logflow.js'
import {killHard, type Running, type Setting} from './children.js'
import {compareStored} from './compare.js'
import {linesOf} from './lines.js'
import {random} from './rounds.js'
import {Tally} from './tally.js'

/** The file that a round appends to, in the home. */
export const LOG = 'app.log'

export interface KillPlan {
  fault: string
  rounds: number
  /** New lines of each round. */
  lines: number
  /** What a home runs with besides; each gets topics and indices of its own. */
  environment?: (home: number) => Record<string, string>
  /** Rounds that share a home: what they store adds up. */
  perHome: number
  /** Before the kill, once the lines are written. */
  prepare?: (setting: Setting) => Promise<void>
  /** What is killed, one after another. */
  victims: (setting: Setting) => Running[]
  /** Resolves when something worth killing goes on; a random while is waited after it. */
  moment?: (setting: Setting, victims: readonly Running[]) => Promise<void>
  /** The longest while after `moment`, ms; without it the time of an unharmed run. */
  within?: number
  /** Stores what is missing. */
  recover: (setting: Setting) => Promise<void>
}

/** A kill that comes after the end is no round; so often in a row it is a fault of the plan. */
const MOST_MISSED = 20
const MIN_WINDOW_MS = 50

export async function killRounds(plan: KillPlan): Promise<void> {
  const tally = new Tally(plan.fault)
  const unharmedMs = plan.within ?? (await unharmed(plan))
  const window = {from: plan.within === undefined ? 0.2 * unharmedMs : 0, to: unharmedMs}
  let setting = newSetting(plan, 1)
  let written = 0
  let missed = 0
  let fresh = 0
  for (let round = 0, homes = 1; round < plan.rounds; ) {
    const hit = await injure(plan, setting, written, window)
    written += plan.lines
    fresh += plan.lines
    if (!hit) {
      if (++missed === MOST_MISSED) throw new Error(`${plan.fault}: ${missed} kills in a row came too late`)
      window.to = Math.max(MIN_WINDOW_MS, window.to * 0.6)
      window.from = Math.min(window.from, window.to / 2)
      continue
    }
    const killedAt = performance.now()
    await plan.recover(setting)
    tally.rounds([performance.now() - killedAt])
    tally.check(await compareStored(setting, written), fresh)
    round++
    missed = 0
    fresh = 0
    if (round < plan.rounds && round % plan.perHome === 0) {
      setting = newSetting(plan, ++homes)
      written = 0
    }
  }
}

/** One kill of every victim. True where each was still at work. */
async function injure(
  {lines, prepare, victims, moment}: KillPlan,
  setting: Setting,
  written: number,
  window: {from: number; to: number},
): Promise<boolean> {
  appendFileSync(join(setting.home, LOG), linesOf(written, lines))
  await prepare?.(setting)
  const running = victims(setting)
  await moment?.(setting, running)
  let hit = true
  for (const victim of shuffled(running)) {
    await Promise.race([sleep(window.from + random() * (window.to - window.from)), victim.ended])
    hit = (await killHard(victim)) && hit
  }
  return hit
}

/** How long the victims need when nobody harms them; ms. */
async function unharmed(plan: KillPlan): Promise<number> {
  const setting = newSetting(plan, 0)
  appendFileSync(join(setting.home, LOG), linesOf(0, plan.lines))
  await plan.prepare?.(setting)
  const started = performance.now()
  await Promise.race(plan.victims(setting).map(({ended}) => ended))
  return performance.now() - started
}

function newSetting({environment}: KillPlan, number: number): Setting {
  const home = emptyHome()
  onTestFinished(() => rmSync(home, {recursive: true, force: true}))
  return {home, env: environment?.(number)}
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({item, key: random()}))
    .sort((a, b) => a.key - b.key)
    .map(({item}) => item)
}
