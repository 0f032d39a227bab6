// Channels send notices: console, webhook, slack, email. A member never throws for what a destination does, and never
// sends where destinations.ts says no; webhook.ts is the one to copy. What a rule may write for each: check-config.ts.

import type {ChannelName} from '../alerts/rule.js'
import type {AlertsConfig} from '../config/config.js'
import {type ConsoleOutput, openConsole} from './console.js'
import {openDestinations} from './destinations.js'
import {openEmail} from './email.js'
import type {Channel} from './notice.js'
import {openSlack} from './slack.js'
import {openWebhook} from './webhook.js'

export interface ChannelSettings {
  /** Of the configuration. */
  alerts: Pick<AlertsConfig, 'allowDestinations' | 'smtp' | 'variables'>
  /** Absent: notices to the console are refused. */
  console?: ConsoleOutput
  /** For one request over HTTP, whole; ten seconds. */
  timeoutMs?: number
  /** For one mail, whole; thirty seconds. */
  mailTimeoutMs?: number
  now?: () => Date
}

/** Throws BAD_CONFIG where alerts.allow_destinations cannot be. Opens nothing: there is nothing to close. */
export function openChannels(settings: ChannelSettings): ReadonlyMap<ChannelName, Channel> {
  const {alerts, timeoutMs = 10_000, mailTimeoutMs = 30_000, now = () => new Date()} = settings
  const variables = new Map(Object.entries(alerts.variables))
  const sender = {destinations: openDestinations(alerts.allowDestinations), variables, timeoutMs, now}
  const channels = [
    openConsole(settings.console),
    openWebhook(sender),
    openSlack(sender),
    openEmail({smtp: alerts.smtp, variables, timeoutMs: mailTimeoutMs}),
  ]
  return new Map(channels.map((channel) => [channel.name, channel]))
}
