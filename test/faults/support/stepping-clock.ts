// A wall clock that steps: loaded into a child before anything else, it moves every clock of JavaScript that is not
// monotonic. Timers and performance.now stay as they are, as on a machine whose time is set.

import {writeFileSync} from 'node:fs'
import {join} from 'node:path'

const SCRIPT = `
const steps = JSON.parse(process.env.CLOCK_STEPS_MS)
const every = Number(process.env.CLOCK_STEP_EVERY_MS)
const RealDate = Date
const shift = () => steps[Math.floor(performance.now() / every) % steps.length]
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shift())
    else super(...args)
  }
  static now() {
    return RealDate.now() + shift()
  }
}
`

/**
 * The environment of a child whose clock is off by each of the steps in turn.
 * @param folder where the script may lie
 */
export function steppingClock(folder: string, stepsMs: readonly number[], everyMs: number): Record<string, string> {
  const script = join(folder, 'stepping-clock.cjs')
  writeFileSync(script, SCRIPT)
  return {
    NODE_OPTIONS: `--require ${script}`,
    CLOCK_STEPS_MS: JSON.stringify(stepsMs),
    CLOCK_STEP_EVERY_MS: String(everyMs),
  }
}
