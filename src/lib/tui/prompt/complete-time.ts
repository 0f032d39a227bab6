import {type Completion, goingOn} from './completion.js'

const TIMES = [
  ['15m', '15m (ago)'],
  ['1h', '1h'],
  ['2h', '2h'],
  ['24h', '24h'],
  ['7d', '7d'],
  ['today', 'today (its begin)'],
  ['yesterday', 'yesterday'],
  ['yesterday 14:00', 'yesterday 14:00'],
] as const

/** Moments as they may be typed. */
export function completeTime(text: string): Completion {
  const candidates = TIMES.map(([value, label]) => ({value, label}))
  return {before: '', candidates: goingOn(candidates, text.trimStart())}
}
