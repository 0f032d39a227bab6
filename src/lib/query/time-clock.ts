// The time of day in a text, and the zone that follows it: `09:41`, `9:41:07.118`, `2 pm`, `noon`, `14:30 +02:00`.

import {ABBREVIATIONS, isZone, parseOffset} from '../record/zone.js'

export interface Clock {
  /** Since midnight by the wall clock, whole seconds. */
  seconds: number
  /** Digits of the fraction of a second as typed. */
  fraction: string
  /** Name or offset of the zone that was typed with it. */
  zone?: string
  /** The text without it. */
  rest: string
}

const CLOCK =
  /(?:(?<=^|[ t_:])(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?(?: ?([ap])\.?m\b\.?)?|(?<=^|[ t])(\d{1,2}) ?([ap])\.?m\b\.?|\bnoon\b|(?<=\d{4}-\d\d-\d\dt)(\d\d)(?=$|z|[+-]))(?=[ z+-]|$)/i

/** The time of day in a text; `undefined` where there is none, `invalid` where there is no such time. */
export function readClock(text: string): Clock | 'invalid' | undefined {
  const match = CLOCK.exec(text)
  if (!match) return undefined
  const [whole, hours, minutes = '0', seconds = '0', fraction = '', half, halfHours, alsoHalf, bareHours] = match
  const noon = /noon/i.test(whole)
  const afternoon = half ?? alsoHalf
  let hour = Number(noon ? 12 : (hours ?? halfHours ?? bareHours))
  if (afternoon !== undefined) {
    if (hour < 1 || hour > 12) return 'invalid'
    hour = (hour % 12) + (afternoon.toLowerCase() === 'p' ? 12 : 0)
  }
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 59) return 'invalid'
  const before = text.slice(0, match.index).replace(/[tT_:]$/, '')
  const {zone, rest} = readZone(text.slice(match.index + whole.length))
  return {
    seconds: hour * 3_600 + Number(minutes) * 60 + Number(seconds),
    fraction,
    ...(zone === undefined ? {} : {zone}),
    rest: `${before} ${rest}`.replace(/ +/g, ' ').trim(),
  }
}

const ZONE =
  /^ ?([Zz]|(?:UTC|GMT)?[+-]\d\d:?\d\d|(?:UTC|GMT)?[+-]\d{1,2}|[A-Z]{2,5}|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)(?= |$)/

/** The zone at the beginning of what follows a clock time. */
function readZone(text: string): {zone?: string; rest: string} {
  const match = ZONE.exec(text)
  const name = match?.[1]
  if (!match || name === undefined) return {rest: text}
  const minutes = parseOffset(name) ?? ABBREVIATIONS[name]
  if (minutes === undefined && !(name.includes('/') && isZone(name))) return {rest: text}
  return {zone: minutes === undefined ? name : offsetText(minutes), rest: text.slice(match[0].length)}
}

function offsetText(minutes: number): string {
  const [sign, size] = minutes < 0 ? ['-', -minutes] : ['+', minutes]
  return `${sign}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
}
