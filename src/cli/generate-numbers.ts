// Numbers, parts and lengths of time as generate's flags have them.

import type {Delivery} from '../lib/generate/delivery.js'
import {parseSpan} from '../lib/query/parse-time.js'
import {UsageError} from './show-error.js'

/** Milliseconds of `90s` or `15m`; a bare number is seconds. `undefined` where it is no length of time. */
export function readSpan(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseSpan(text)
}

export function durationOf(text: string): number {
  const span = readSpan(text)
  if (span === undefined)
    throw new UsageError(`--duration ${text} is no length of time`, ['Write 60, 90s, 15m or 1h30m'])
  return span
}

/** Of `5%:30s` and `1%`. */
export function deliveryOf(late: string | undefined, doubled: string | undefined): Delivery | undefined {
  if (late === undefined && doubled === undefined) return undefined
  const [, share, span = ''] = /^([^:]+):(.+)$/.exec(late ?? '') ?? []
  const ms = parseSpan(span)
  if (late !== undefined && (share === undefined || ms === undefined))
    throw new UsageError(`--late ${late} is not a part and a length of time`, ['Write it as 5%:30s'])
  return {
    ...(share === undefined || ms === undefined ? {} : {late: {share: partOf('late', share), ms}}),
    ...(doubled === undefined ? {} : {doubled: partOf('doubled', doubled)}),
  }
}

/** `5%` or `0.05` as 0.05. */
function partOf(flag: string, text: string): number {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
  const part = Number(number) / (percent ? 100 : 1)
  if (part >= 0 && part <= 1) return part
  throw new UsageError(`--${flag} ${text} is no part of the lines`, ['Write it as 5% or 0.05'])
}

export function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const plain = text.replaceAll(/[_,](?=\d{3})/g, '')
  if (!/^\d+(\.\d+)?$/.test(plain)) throw new UsageError(`--${flag} ${text} is no number`, ['Write it as 1000 or 2.5'])
  return Number(plain)
}
