// What a rule's notification_config may hold, by channel. It is strict: what is not known here is refused, with the name
// that was meant.

import {BadRule, type RulePath} from '../alerts/bad-rule.js'
import {CHANNELS, type ChannelName} from '../alerts/rule.js'
import {nearMatch} from '../config/near-match.js'
import {MASK} from './mask-config.js'
import {sampleNotices} from './sample-notices.js'
import {badPlaceholder, countPlaceholders, escapingFor, fillTemplate, type Template} from './template.js'
import {isVariable, strangeVariable, variablesIn, withVariables} from './variables.js'

export interface WebhookConfig {
  /** Of http or https; may hold variables. */
  url: string
  /** Values may hold variables. */
  headers?: Readonly<Record<string, string>>
  /** `whsec_` and base64, or any text: what the signature is made with (standardwebhooks.com). */
  secret?: string
  /** Absent: the notice as JSON. */
  template?: Template
  content_type?: string
}

export interface SlackConfig {
  /** An incoming webhook; best as `${LOGFLOW_ALERT_…}`. */
  url: string
}

export interface EmailConfig {
  to: readonly string[]
  subject?: string
}

type Check = (value: unknown, path: RulePath) => void

const FIELDS: Record<ChannelName, Readonly<Record<string, Check>>> = {
  console: {},
  webhook: {
    url: checkUrl,
    headers: checkHeaders,
    secret: checkSecret,
    template: checkTemplate,
    content_type: checkType,
  },
  slack: {url: checkUrl},
  email: {to: checkAddresses, subject: checkSubject},
}
const NEEDED: Record<ChannelName, readonly string[]> = {console: [], webhook: ['url'], slack: ['url'], email: ['to']}

const MOST_URL = 2_048
const MOST_HEADERS = 20
const MOST_HEADER = 4_096
const MOST_TEMPLATE = 64 * 1024
/** Each may stand for all of a notice. */
const MOST_PLACEHOLDERS = 100
const MOST_ADDRESSES = 50
const MOST_SUBJECT = 200

/**
 * Throws BAD_RULE (BadRule, its path beginning with `notification_config`) for what the channel cannot work with.
 * Where a host leads is checked when it is connected to, since a name may lead elsewhere by then.
 */
export function checkChannelConfig(channel: string, config: unknown): void {
  const top: RulePath = ['notification_config']
  const name = CHANNELS.find((one) => one === channel)
  if (!name) {
    const near = nearMatch(channel, CHANNELS)
    const hint = near ? `Did you mean ${near}?` : `Write one of ${CHANNELS.join(', ')}`
    throw new BadRule(['notification_channel'], `there is no channel ${shown(channel)}`, [hint])
  }
  if (!isObject(config)) throw new BadRule(top, `must be an object, not ${shown(config)}`)
  const fields = FIELDS[name]
  for (const [key, value] of Object.entries(config)) {
    const path = [...top, key]
    const check = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (!check) throw new BadRule(path, `the channel ${name} has no such field`, unknownHint(name, key))
    check(value, path)
  }
  for (const key of NEEDED[name]) {
    if (config[key] === undefined) throw new BadRule(top, `the channel ${name} needs ${key}`, [exampleOf(name)])
  }
  if (name === 'webhook') checkFilled(config as unknown as WebhookConfig, [...top, 'template'])
}

function unknownHint(channel: ChannelName, key: string): string[] {
  const known = Object.keys(FIELDS[channel])
  if (known.length === 0) return ['Leave notification_config out']
  const near = nearMatch(key, known)
  return [near ? `Did you mean ${near}?` : `Known: ${known.join(', ')}`]
}

function exampleOf(channel: ChannelName): string {
  switch (channel) {
    case 'webhook':
      return 'Write it as {"url": "https://hooks.example.com/alerts"}'
    case 'slack':
      return `Write it as {"url": "\${LOGFLOW_ALERT_SLACK_URL}"} and set the variable where the engine runs`
    case 'email':
      return 'Write it as {"to": ["oncall@example.com"]}'
    case 'console':
      return 'Leave notification_config out'
  }
}

function checkUrl(value: unknown, path: RulePath): void {
  const text = textOf(value, path, MOST_URL)
  if (isVariable(text)) return
  const whole = withoutVariables(text)
  if (!URL.canParse(whole)) throw new BadRule(path, 'is no URL', ['Write it as https://hooks.example.com/alerts'])
  const {protocol, username, password, host} = new URL(whole)
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new BadRule(path, `must begin with https:// or http://, not ${shown(protocol)}`)
  }
  if (username || password) {
    throw new BadRule(path, 'may not hold user and password', [
      `Write them as a header: {"Authorization": "Basic \${LOGFLOW_ALERT_BASIC}"}`,
    ])
  }
  if (new URL(text.replace(/\$\{\w+\}/g, 'y')).host !== host) {
    throw new BadRule(path, 'a variable may stand behind the host, or be the whole URL')
  }
}

/** Names in a request that are its own, or that the signature is told by. */
const OWN_HEADER =
  /^(host|connection|content-length|content-type|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|webhook-.*|idempotency-key|user-agent)$/i

function checkHeaders(value: unknown, path: RulePath): void {
  if (!isObject(value)) throw new BadRule(path, `must be an object of names and values, not ${kindOf(value)}`)
  const entries = Object.entries(value)
  if (entries.length > MOST_HEADERS) throw new BadRule(path, `holds more than ${MOST_HEADERS} headers`)
  for (const [name, one] of entries) {
    if (!/^[!#$%&'*+.^_`|~\w-]{1,100}$/.test(name)) throw new BadRule([...path, name], 'is no name of a header')
    if (OWN_HEADER.test(name)) {
      const hint = /^content-type$/i.test(name) ? ['Write content_type beside headers'] : []
      throw new BadRule([...path, name], 'is set by logflow itself', hint)
    }
    const text = textOf(one, [...path, name], MOST_HEADER)
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) {
      throw new BadRule([...path, name], 'holds a character that a header cannot')
    }
  }
}

function checkSecret(value: unknown, path: RulePath): void {
  const text = textOf(value, path, 1_000)
  const encoded = text.startsWith('whsec_') ? text.slice('whsec_'.length) : undefined
  if (encoded === undefined || variablesIn(text).length > 0) return
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded))
    throw new BadRule(path, 'begins with whsec_, but what follows is no base64')
}

function checkTemplate(value: unknown, path: RulePath): void {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) {
    throw new BadRule(path, 'must be text, or JSON, with {{placeholders}}')
  }
  if (JSON.stringify(value).length > MOST_TEMPLATE)
    throw new BadRule(path, `is longer than ${MOST_TEMPLATE} characters`)
  if (countPlaceholders(value as Template) > MOST_PLACEHOLDERS)
    throw new BadRule(path, `holds more than ${MOST_PLACEHOLDERS} placeholders`)
  refuseBadPlaceholder(value as Template, path)
}

function checkType(value: unknown, path: RulePath): void {
  const text = textOf(value, path, 200)
  if (!/^[\w.+-]+\/[\w.+-]+(; ?[\w-]+="?[\w.-]+"?)*$/.test(text)) {
    throw new BadRule(path, `is no media type: ${shown(text)}`, ['Write it as application/json'])
  }
}

/** What the template makes of a notice must be JSON where it is said to be. */
function checkFilled(config: WebhookConfig, path: RulePath): void {
  const {template} = config
  const contentType = contentTypeOf(config)
  const json = escapingFor(contentType) === 'json'
  if (template === undefined && !json) {
    throw new BadRule(path, `without a template the body is JSON, not ${contentType}`)
  }
  if (template === undefined || !json) {
    if (typeof template === 'object') throw new BadRule(path, `is JSON, but content_type says ${contentType}`)
    return
  }
  for (const notice of sampleNotices()) {
    const body = fillTemplate(template, notice, 'json')
    try {
      JSON.parse(body)
    } catch (error) {
      throw new BadRule(path, `makes no JSON of a notice (${(error as Error).message})`, [
        'Write text placeholders between quotes: "{{title}}"',
        'Or write the template as JSON instead of text',
      ])
    }
  }
}

/** What the body is said to be: JSON without a template or with one of JSON, or where text begins like it. */
export function contentTypeOf({template, content_type}: WebhookConfig): string {
  if (content_type !== undefined) return content_type
  return typeof template !== 'string' || /^\s*[[{](?!\{)/.test(template)
    ? 'application/json'
    : 'text/plain; charset=utf-8'
}

const ADDRESS = /^[^\s@<>()[\],;:"\\]{1,64}@[^\s@<>()[\],;:"\\]{1,190}$/

function checkAddresses(value: unknown, path: RulePath): void {
  if (!Array.isArray(value) || value.length === 0) {
    throw new BadRule(path, `must be a list of addresses, not ${shown(value)}`, ['Write it as ["oncall@example.com"]'])
  }
  if (value.length > MOST_ADDRESSES) throw new BadRule(path, `holds more than ${MOST_ADDRESSES} addresses`)
  for (const [index, one] of value.entries()) {
    const text = textOf(one, [...path, index], 1_000)
    if (!isVariable(text) && !isAddress(text)) throw new BadRule([...path, index], `is no mail address: ${shown(text)}`)
  }
}

export function isAddress(text: string): boolean {
  return ADDRESS.test(text) && !/[\p{Cc}\p{Cf}]/u.test(text)
}

function checkSubject(value: unknown, path: RulePath): void {
  const text = textOf(value, path, MOST_SUBJECT)
  if (/[\r\n]/.test(text)) throw new BadRule(path, 'must be one line')
  refuseBadPlaceholder(text, path)
}

function refuseBadPlaceholder(template: Template, path: RulePath): void {
  const bad = badPlaceholder(template)
  if (!bad) return
  if (bad.name === '{{') throw new BadRule(path, 'holds {{ without a name and }} behind it')
  const hint = bad.near
    ? `Did you mean {{${bad.near}}}?`
    : 'Known: title, text, condition, rule.name, alert.group.NAME, …'
  throw new BadRule(path, `there is nothing for {{${bad.name}}}`, [hint])
}

function textOf(value: unknown, path: RulePath, most: number): string {
  if (typeof value !== 'string') throw new BadRule(path, `must be text, not ${kindOf(value)}`)
  if (value.trim() === '') throw new BadRule(path, 'may not be empty')
  if (value.length > most) throw new BadRule(path, `is longer than ${most} characters`)
  if (value.includes(MASK)) {
    throw new BadRule(path, `holds ${MASK}, which stands for a secret that is not shown`, ['Write the value again'])
  }
  const strange = strangeVariable(value)
  if (strange !== undefined) {
    const name = /\w+/.exec(strange)?.[0]?.toUpperCase() ?? 'NAME'
    throw new BadRule(path, 'the name of a variable must begin with LOGFLOW_ALERT_, in capital letters, digits and _', [
      `Write \${LOGFLOW_ALERT_${name}}`,
    ])
  }
  return value
}

function withoutVariables(text: string): string {
  return withVariables(text, new Map(variablesIn(text).map((name) => [name, 'x'])))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a value is, where it may be a secret that was put in the wrong place. */
function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}

/** Short, since it may be long; secrets are never shown by what calls this. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
