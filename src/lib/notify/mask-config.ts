import {BadRule} from '../alerts/bad-rule.js'
import type {ChannelName} from '../alerts/rule.js'
import {variablesIn} from './variables.js'

type Config = Readonly<Record<string, unknown>>

export const MASK = '***'

/**
 * A notification_config as it may be shown: without a webhook's secret, the values of its headers, what in its URL looks
 * like a token, and all but the host of Slack's URL, which is a secret as a whole. Names of variables are none.
 */
export function maskChannelConfig(channel: ChannelName, config: Config): Record<string, unknown> {
  const masked: Record<string, unknown> = {...config}
  if (typeof config.url === 'string') masked.url = maskUrl(config.url, channel === 'slack')
  if (config.secret !== undefined) masked.secret = maskText(config.secret)
  if (typeof config.headers === 'object' && config.headers !== null) {
    masked.headers = Object.fromEntries(Object.entries(config.headers).map(([name, value]) => [name, maskText(value)]))
  }
  return masked
}

/** A config that came back, with what is masked in it as it is kept. */
export function mergeMasked(channel: ChannelName, kept: Config, sent: Config): Record<string, unknown> {
  const shown = maskChannelConfig(channel, kept)
  const merged: Record<string, unknown> = {...sent}
  if (sent.url === shown.url && kept.url !== undefined) merged.url = kept.url
  if (sent.secret === shown.secret && kept.secret !== undefined) merged.secret = kept.secret
  if (isObject(sent.headers) && isObject(kept.headers) && isObject(shown.headers)) {
    const [before, masks] = [kept.headers, shown.headers]
    merged.headers = Object.fromEntries(
      Object.entries(sent.headers).map(([name, value]) => [
        name,
        Object.hasOwn(before, name) && value === masks[name] ? before[name] : value,
      ]),
    )
  }
  refuseElsewhere(kept, sent, merged)
  return merged
}

/** Secrets that a person does not know must not be sent to a host of their choice. */
function refuseElsewhere(kept: Config, sent: Config, merged: Config): void {
  if (hostOf(kept.url) === hostOf(merged.url)) return
  const stood = JSON.stringify([sent.secret, sent.headers]).includes(MASK)
  if (!stood) return
  throw new BadRule(
    ['notification_config', 'url'],
    'leads to another host: secrets that are masked do not go with it',
    ['Write secret and headers again'],
  )
}

function hostOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).origin : String(url)
}

function maskText(value: unknown): unknown {
  return typeof value === 'string' && plainVariables(value) ? value : MASK
}

/** A header such as `Bearer ${LOGFLOW_ALERT_TOKEN}` tells nothing. */
function plainVariables(text: string): boolean {
  return variablesIn(text).length > 0 && /^(\w{1,20} )?\$\{\w+\}$/.test(text)
}

function maskUrl(text: string, whole: boolean): string {
  if (plainVariables(text)) return text
  const match = /^(https?:\/\/[^/?#]*)([^?#]*)(.*)$/is.exec(text)
  if (!match) return MASK
  const [, origin = '', path = '', rest = ''] = match
  if (whole) return path.length > 1 || rest ? `${origin}/${MASK}` : text
  const segments = path.split('/').map((segment) => (looksSecret(segment) ? MASK : segment))
  return `${origin}${segments.join('/')}${rest && `${rest[0]}${MASK}`}`
}

/** Long, and no words: what Discord, Teams, Mattermost and others put into a path to know the sender by. */
export function looksSecret(segment: string): boolean {
  if (segment.includes('${')) return false
  return segment.length >= 12 && !/^[a-z]+([-_.][a-z]+)*$/.test(segment)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
