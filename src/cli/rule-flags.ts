import {Flags} from '@oclif/core'
import {CHANNELS, CONDITIONS, MEASURES, SEVERITIES, type WrittenRule} from '../lib/alerts/rule.js'
import {LEVELS} from '../lib/record/level.js'
import {listFlag} from './global-flags.js'
import {secretFromStdin} from './secret-input.js'
import {UsageError} from './show-error.js'

const WHAT = 'WHAT IT LOOKS FOR'
const WHEN = 'WHEN IT OPENS'
const TELL = 'WHO IS TOLD'

/** Flags that say what a rule is, of `alerts create` and `alerts update`. */
export const ruleFlags = {
  query: Flags.string({description: 'Records that count, in the query language', helpValue: 'QUERY', helpGroup: WHAT}),
  level: listFlag({
    description: `Only of this level; several may be given: ${LEVELS.join(', ')}`,
    helpValue: 'LEVEL',
    helpGroup: WHAT,
  }),
  service: listFlag({description: 'Only of this service; several may be given', helpValue: 'NAME', helpGroup: WHAT}),
  measure: Flags.string({
    description:
      'What is compared: the count of records; their ratio (0 to 1) of those of --ratio-of; no_data: there are none; spike: how many times as many as before; new_pattern: records of a shape not seen before',
    options: MEASURES,
    helpGroup: WHAT,
  }),
  'ratio-of': Flags.string({
    description: 'Of a ratio: the whole; all records unless given',
    helpValue: 'QUERY',
    helpGroup: WHAT,
  }),
  minimum: Flags.string({
    description: 'Of a ratio or spike: fewer records than that in the whole, or before, say nothing',
    helpValue: 'N',
    helpGroup: WHAT,
  }),
  'compare-with': Flags.string({
    description: 'Of a spike: how long the time before is; as long as the window unless given',
    helpValue: 'DURATION',
    helpGroup: WHAT,
  }),
  direction: Flags.string({description: 'Of a spike', options: ['up', 'down', 'both'], helpGroup: WHAT}),
  baseline: Flags.string({
    description: 'Of new patterns: how long the time before is; 24h',
    helpValue: 'DURATION',
    helpGroup: WHAT,
  }),
  'group-by': listFlag({
    description: 'One alert for each value of this field: service, host, …; up to three may be given',
    helpValue: 'FIELD',
    helpGroup: WHAT,
  }),
  condition: Flags.string({
    description: 'How it compares with the threshold; greater_than',
    options: CONDITIONS,
    helpGroup: WHEN,
  }),
  threshold: Flags.string({
    description: 'A number; of a ratio 0 to 1, of a spike how many times',
    helpValue: 'N',
    helpGroup: WHEN,
  }),
  window: Flags.string({description: 'Time that is looked over; 5m', helpValue: 'DURATION', helpGroup: WHEN}),
  for: Flags.string({
    description: 'Opens only after the condition has held that long; 0s',
    helpValue: 'DURATION',
    helpGroup: WHEN,
  }),
  'keep-open': Flags.string({
    description: 'Resolves only after the condition has not held that long; 0s',
    helpValue: 'DURATION',
    helpGroup: WHEN,
  }),
  'resolve-threshold': Flags.string({
    description: 'Resolves only when the condition does not hold with this threshold, either',
    helpValue: 'N',
    helpGroup: WHEN,
  }),
  every: Flags.string({
    description: 'How far apart evaluations are; what alerts.interval says unless given',
    helpValue: 'DURATION',
    helpGroup: WHEN,
  }),
  lateness: Flags.string({
    description: 'How late a record may come and still count; 60s',
    helpValue: 'DURATION',
    helpGroup: WHEN,
  }),
  severity: Flags.string({description: 'How bad it is; warning', options: SEVERITIES, helpGroup: TELL}),
  description: Flags.string({description: 'What it means, for whoever is told', helpValue: 'TEXT', helpGroup: TELL}),
  runbook: Flags.string({description: 'Where it is written what to do', helpValue: 'URL', helpGroup: TELL}),
  label: listFlag({
    description: 'A label; several may be given; team= takes it away',
    helpValue: 'KEY=VALUE',
    helpGroup: TELL,
  }),
  channel: Flags.string({
    description: 'How people are told; console, or that of --webhook-url, --email-to or --slack-url-env',
    options: CHANNELS,
    helpGroup: TELL,
  }),
  'webhook-url': Flags.string({description: 'Where the webhook is', helpValue: 'URL', helpGroup: TELL}),
  'email-to': listFlag({description: 'Address; several may be given', helpValue: 'ADDRESS', helpGroup: TELL}),
  'slack-url-env': Flags.string({
    description: 'Variable that holds the URL of a Slack webhook where the engine runs: LOGFLOW_ALERT_NAME',
    helpValue: 'NAME',
    helpGroup: TELL,
  }),
  'secret-env': Flags.string({
    description: 'Variable that holds the secret which webhooks are signed with: LOGFLOW_ALERT_NAME',
    helpValue: 'NAME',
    helpGroup: TELL,
    exclusive: ['secret-stdin'],
  }),
  'secret-stdin': Flags.boolean({
    description: 'Read the secret (of Slack: the URL) from stdin, to be kept in the database',
    helpGroup: TELL,
  }),
  'channel-config': listFlag({
    description: 'Any other setting of the channel; a list or a map is JSON: headers={"X-Team":"shop"}',
    helpValue: 'KEY=VALUE',
    helpGroup: TELL,
  }),
  renotify: Flags.string({
    description: 'Tell again so often while it is open and nobody has acknowledged it; 0s: never',
    helpValue: 'DURATION',
    helpGroup: TELL,
  }),
  'notify-resolved': Flags.boolean({
    description: 'Tell, too, when it is resolved',
    allowNo: true,
    helpGroup: TELL,
  }),
}

export type RuleFlags = {readonly [Name in keyof typeof ruleFlags]?: unknown}

/** Flags whose text is the field as it is written; an empty one takes it away. */
const TEXTS: Array<[flag: keyof RuleFlags, field: keyof WrittenRule]> = [
  ['query', 'query'],
  ['measure', 'measure'],
  ['ratio-of', 'ratio_of'],
  ['compare-with', 'compare_with'],
  ['direction', 'direction'],
  ['baseline', 'baseline'],
  ['condition', 'condition'],
  ['window', 'time_window'],
  ['for', 'for'],
  ['keep-open', 'keep_open_for'],
  ['every', 'every'],
  ['lateness', 'lateness'],
  ['severity', 'severity'],
  ['description', 'description'],
  ['runbook', 'runbook'],
  ['renotify', 'renotify'],
]

const NUMBERS: Array<[flag: keyof RuleFlags, field: keyof WrittenRule]> = [
  ['threshold', 'threshold'],
  ['resolve-threshold', 'resolve_threshold'],
  ['minimum', 'minimum'],
]

const LISTS: Array<[flag: keyof RuleFlags, field: keyof WrittenRule]> = [
  ['level', 'levels'],
  ['service', 'services'],
  ['group-by', 'group_by'],
]

/**
 * A rule as the flags make it of another: what is not named stays. Whether it can be is for check-rule.ts to say; here
 * only what flags get wrong is refused, with USAGE.
 */
export async function ruleWith(flags: RuleFlags, from: WrittenRule): Promise<WrittenRule> {
  const rule: Record<string, unknown> = {...from}
  const put = (field: string, value: unknown) => {
    if (value === '' || (Array.isArray(value) && value.every((one) => one === ''))) delete rule[field]
    else rule[field] = value
  }
  for (const [flag, field] of TEXTS) if (flags[flag] !== undefined) put(field, flags[flag])
  for (const [flag, field] of NUMBERS) if (flags[flag] !== undefined) put(field, numberOf(flag, String(flags[flag])))
  for (const [flag, field] of LISTS) if (flags[flag] !== undefined) put(field, partsOf(flags[flag] as string[]))
  if (flags['notify-resolved'] !== undefined) rule.notify_resolved = flags['notify-resolved']
  if (flags.label !== undefined) rule.labels = withPairs(from.labels ?? {}, flags.label as string[])
  return withChannel(flags, rule as unknown as WrittenRule)
}

/** Names of these flags that were given. */
export function givenRuleFlags(flags: RuleFlags): string[] {
  return Object.keys(ruleFlags).filter((name) => flags[name as keyof RuleFlags] !== undefined)
}

function numberOf(flag: string, text: string): number | '' {
  if (text === '') return ''
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number)) return number
  throw new UsageError(`--${flag} takes a number, not ${JSON.stringify(text)}`)
}

/** `--level error,fatal` is two. */
function partsOf(given: readonly string[]): string[] {
  return given.flatMap((text) => text.split(',')).map((part) => part.trim())
}

function withPairs(from: Record<string, string>, given: readonly string[]): Record<string, string> {
  const labels = {...from}
  for (const text of given) {
    const [key, value] = pairOf('label', text)
    if (value === '') delete labels[key]
    else labels[key] = value
  }
  return labels
}

function pairOf(flag: string, text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--${flag} takes KEY=VALUE, not ${JSON.stringify(text)}`)
  return [text.slice(0, at).trim(), text.slice(at + 1)]
}

async function withChannel(flags: RuleFlags, rule: WrittenRule): Promise<WrittenRule> {
  const channel = (flags.channel ?? impliedChannel(flags)) as WrittenRule['notification_channel']
  const current = rule.notification_channel ?? 'console'
  // What another channel needed is nothing to this one.
  const kept = channel !== undefined && channel !== current ? {} : (rule.notification_config ?? {})
  const config = {...kept, ...(await configOf(flags, channel ?? current))}
  const changed = channel !== undefined || Object.keys(config).length > 0
  return {
    ...rule,
    ...(channel === undefined ? {} : {notification_channel: channel}),
    ...(changed ? {notification_config: config} : {}),
  }
}

function impliedChannel(flags: RuleFlags): string | undefined {
  const implied = [
    ...(flags['webhook-url'] === undefined ? [] : ['webhook']),
    ...(flags['email-to'] === undefined ? [] : ['email']),
    ...(flags['slack-url-env'] === undefined ? [] : ['slack']),
  ]
  if (implied.length > 1)
    throw new UsageError(`a rule tells people over one channel, not over ${implied.join(' and ')}`)
  return implied[0]
}

async function configOf(flags: RuleFlags, channel: string): Promise<Record<string, unknown>> {
  const config: Record<string, unknown> = {}
  for (const text of (flags['channel-config'] as string[] | undefined) ?? []) {
    const [key, value] = pairOf('channel-config', text)
    refuseSecret(channel, key, value)
    config[key] = jsonOrText(value)
  }
  if (flags['webhook-url'] !== undefined) config.url = flags['webhook-url']
  if (flags['email-to'] !== undefined) config.to = partsOf(flags['email-to'] as string[])
  if (flags['slack-url-env'] !== undefined) config.url = reference('slack-url-env', String(flags['slack-url-env']))
  if (flags['secret-env'] !== undefined) config.secret = reference('secret-env', String(flags['secret-env']))
  if (flags['secret-stdin']) {
    config[channel === 'slack' ? 'url' : 'secret'] = await secretFromStdin('--secret-stdin')
  }
  return config
}

/** Others on this machine can read the command line. */
function refuseSecret(channel: string, key: string, value: string): void {
  if (REFERENCE.test(value)) return
  if (key !== 'secret' && !(channel === 'slack' && key === 'url')) return
  const flag = key === 'secret' ? '--secret-env' : '--slack-url-env'
  throw new UsageError(`${key} is a secret, and a command line can be read by others on this machine`, [
    `Set LOGFLOW_ALERT_NAME where the engine runs, and write ${flag} NAME`,
    'Or give it on stdin: --secret-stdin',
  ])
}

const REFERENCE = /^\$\{LOGFLOW_ALERT_[A-Z0-9_]+\}$/

/** `NAME` and `LOGFLOW_ALERT_NAME` are one: only variables that are named so are read. */
function reference(flag: string, name: string): string {
  const own = name.replace(/^\$\{(.*)\}$/, '$1').replace(/^LOGFLOW_ALERT_/, '')
  if (!/^[A-Z0-9_]+$/.test(own)) {
    throw new UsageError(`--${flag} takes the name of a variable in capital letters, digits and _, not its value`, [
      `Write --${flag} LOGFLOW_ALERT_NAME`,
    ])
  }
  return `$\{LOGFLOW_ALERT_${own}}`
}

function jsonOrText(value: string): unknown {
  if (!/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
