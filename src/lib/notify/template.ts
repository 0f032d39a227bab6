// Bodies of webhooks and subjects of mails with `{{placeholders}}`: names of what a notice holds, and nothing else. There
// are no conditions, loops or calls: what is more goes into the receiver.

import {nearMatch} from '../config/near-match.js'
import type {Notice} from './notice.js'
import {happened, textOf, titleOf} from './words.js'

/** Text in which placeholders stand, or JSON in whose strings they stand. */
export type Template = string | {readonly [key: string]: unknown} | readonly unknown[]

/** How a value is written where it stands; `json` between quotes or without. */
export type Escaping = 'json' | 'xml' | 'form' | 'none'

// Blanks within the braces are cut off afterwards: an expression that did it would take hours for many of them.
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g
const WHOLE = /^\{\{([^{}]*)\}\}$/

/** By what a body is said to be. */
export function escapingFor(contentType: string): Escaping {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (/^application\/(.+\+)?json$|\/x-ndjson$/.test(type)) return 'json'
  if (/^(text|application)\/(.+\+)?(xml|html)$/.test(type)) return 'xml'
  return type === 'application/x-www-form-urlencoded' ? 'form' : 'none'
}

/**
 * Of a JSON template, a string that is one placeholder becomes the value itself, so that numbers stay numbers and
 * `{{alerts}}` a list; in other strings, and in text, each placeholder becomes text. What a notice does not have is
 * `null`, or nothing in text.
 */
export function fillTemplate(template: Template, notice: Notice, escaping: Escaping): string {
  const values = valuesOf(notice)
  if (typeof template !== 'string') return JSON.stringify(filled(template, values))
  return template.replace(PLACEHOLDER, (_, path: string) => escaped(valueAt(values, path.trim()), escaping))
}

function filled(template: unknown, values: object): unknown {
  if (Array.isArray(template)) return template.map((one) => filled(one, values))
  if (typeof template === 'object' && template !== null) {
    return Object.fromEntries(Object.entries(template).map(([key, one]) => [key, filled(one, values)]))
  }
  if (typeof template !== 'string') return template
  const whole = WHOLE.exec(template)
  if (whole) return valueAt(values, (whole[1] as string).trim()) ?? null
  return template.replace(PLACEHOLDER, (_, path: string) => textValue(valueAt(values, path.trim())))
}

/** Everything a placeholder may name. */
function valuesOf(notice: Notice): object {
  const [alert] = notice.alerts
  return {
    ...notice,
    title: titleOf(notice),
    text: textOf(notice),
    event: happened(notice),
    // As services that page people name it.
    action: happened(notice) === 'resolved' ? 'resolve' : 'trigger',
    severity: notice.rule.severity,
    count: notice.alerts.length + notice.more,
    alert,
  }
}

/** A name may itself hold dots, as fields of group_by do: the longest that is there is taken. */
function valueAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const name = path.slice(0, end)
    if (!Object.hasOwn(value, name)) continue
    const own = (value as Record<string, unknown>)[name]
    return end === path.length ? own : valueAt(own, path.slice(end + 1))
  }
  return undefined
}

function textValue(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function escaped(value: unknown, escaping: Escaping): string {
  switch (escaping) {
    case 'json':
      // A list or an object where one stands; the text of anything else, which is whole between quotes and, of a number,
      // without them.
      return typeof value === 'object' && value !== null
        ? JSON.stringify(value)
        : JSON.stringify(textValue(value)).slice(1, -1)
    case 'xml':
      return escapeXml(textValue(value))
    case 'form':
      return encodeURIComponent(Buffer.from(textValue(value)).toString())
    case 'none':
      return textValue(value)
  }
}

/** For HTML and XML, between tags and within quotes. Control characters, which XML may not hold, become `�`. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

/** Names that stand for something in every notice; those below `rule.labels` and `group` are a rule's own. */
const NAMES = [
  ...[
    'id',
    'title',
    'text',
    'event',
    'action',
    'severity',
    'condition',
    'created_at',
    'test',
    'count',
    'more',
    'alerts',
  ],
  ...['rule', 'rule.id', 'rule.name', 'rule.description', 'rule.severity', 'rule.labels', 'rule.runbook'],
  ...['alert', 'alert.id', 'alert.event', 'alert.group', 'alert.value', 'alert.detail', 'alert.opened_at'],
  ...['alert.resolved_at', 'alert.command', 'alert.samples'],
]
const OWN_NAME = /^(rule\.labels|alert\.(group|detail|samples))\..+|^alerts\.\d+(\..+)?$/

/** The first placeholder that stands for nothing, and the one that was meant; the braces that are not closed. */
export function badPlaceholder(template: Template): {name: string; near?: string} | undefined {
  for (const text of stringsIn(template)) {
    for (const [, inside = ''] of text.matchAll(PLACEHOLDER)) {
      const name = inside.trim()
      if (NAMES.includes(name) || OWN_NAME.test(name)) continue
      const near = nearMatch(name, NAMES) ?? NAMES.find((known) => known.endsWith(`.${name}`))
      return {name, ...(near ? {near} : {})}
    }
    const open = text.replace(PLACEHOLDER, '').indexOf('{{')
    if (open !== -1) return {name: '{{'}
  }
  return undefined
}

/** How many placeholders a template has. */
export function countPlaceholders(template: Template): number {
  let count = 0
  for (const text of stringsIn(template)) count += text.match(PLACEHOLDER)?.length ?? 0
  return count
}

function* stringsIn(template: unknown): Generator<string> {
  if (typeof template === 'string') yield template
  else if (typeof template === 'object' && template !== null) {
    for (const one of Object.values(template)) yield* stringsIn(one)
  }
}
