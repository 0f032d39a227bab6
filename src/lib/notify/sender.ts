import {bareHost, type Destinations} from './destinations.js'
import {looksSecret} from './mask-config.js'
import type {NoticeTarget, Outcome} from './notice.js'
import {isVariable, VariableNotSet, type Variables, variablesIn, withVariables} from './variables.js'

/** What the channels over HTTP share. */
export interface Sender {
  destinations: Destinations
  variables: Variables
  /** Of one request, whole. */
  timeoutMs: number
  now(): Date
}

export interface OpenTarget {
  url: URL
  /** Absent: anywhere. */
  destinations?: Destinations
  fill(text: string): string
  /** Takes what the rule keeps secret out of a text that comes back. */
  hide(text: string): string
}

/**
 * Where a notice goes, with variables read; or why it does not. A rule made over the API may send a variable only where
 * the operator has said so: to a URL that is itself a variable, or to a host of alerts.allow_destinations. Otherwise
 * whoever makes a rule could have the operator's secrets sent to a host of their own.
 *
 * @param secrets texts of the rule that may hold variables
 */
export function openTarget(
  written: string,
  secrets: ReadonlyArray<string | undefined>,
  target: NoticeTarget,
  {destinations, variables}: Sender,
): OpenTarget | Extract<Outcome, {sent: false}> {
  const fill = (text: string) => withVariables(text, variables)
  const texts = secrets.filter((one) => one !== undefined)
  try {
    const whole = fill(written)
    if (!URL.canParse(whole) || !/^https?:$/.test(new URL(whole).protocol)) {
      return {sent: false, reason: 'what the variables make of url is no URL of http or https', retriable: true}
    }
    const url = new URL(whole)
    const hidden = [...texts.map(fill), ...texts, whole, ...secretParts(url)]
      .filter(({length}) => length >= 4)
      .sort((one, other) => other.length - one.length)
    const named = [written, ...texts].flatMap(variablesIn)
    if (!target.trusted && named.length > 0 && !isVariable(written) && !destinations.allowsHost(url.hostname)) {
      const reason = `${named[0]} is not sent to ${bareHost(url.hostname)}: alerts.allow_destinations must name that host`
      return {sent: false, reason, retriable: false}
    }
    return {
      url,
      ...(target.trusted ? {} : {destinations}),
      fill,
      hide: (text) => hidden.reduce((shown, one) => shown.replaceAll(one, '***'), text),
    }
  } catch (error) {
    // Set where the engine runs, it goes well.
    if (error instanceof VariableNotSet) return {sent: false, reason: error.message, retriable: true}
    throw error
  }
}

/** Servers say what they do not know: `Cannot POST /hooks/…`. Path and parameters may be what the sender is known by. */
function secretParts({pathname, search, searchParams}: URL): string[] {
  const segments = pathname.split('/').filter(looksSecret)
  const values = [...searchParams.values()]
  const parts = [pathname + search, ...segments, ...(search ? [search, ...values] : [])]
  return [...parts, ...parts.map(decoded)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
