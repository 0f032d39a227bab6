import type {NoticeTest} from '../alerts/alerts.js'
import {describeCondition} from '../alerts/describe-rule.js'
import type {ChannelName, Rule} from '../alerts/rule.js'
import type {Channel, Notice} from './notice.js'

export interface TestedRule {
  id: string
  rule: Rule
  /** As of `NoticeTarget`. */
  trusted: boolean
}

export interface TestParts {
  channels: ReadonlyMap<ChannelName, Channel>
  newId: () => string
  now: () => Date
  signal: AbortSignal
}

/** Sends a notice that says that it is a test where the rule's notices go, once, and tells what came back. */
export async function sendTestNotice(
  tested: TestedRule,
  {channels, newId, now, signal}: TestParts,
): Promise<NoticeTest> {
  const {rule, trusted} = tested
  const channel = channels.get(rule.channel)
  const about = {rule: rule.name, channel: rule.channel}
  if (!channel) return {...about, sent: false, detail: 'there is no such channel here', duration_ms: 0}
  const begun = performance.now()
  const outcome = await channel.send(testNotice(tested, newId, now()), {config: rule.channelConfig, trusted, signal})
  return {
    ...about,
    sent: outcome.sent,
    ...(outcome.sent ? (outcome.detail === undefined ? {} : {detail: outcome.detail}) : {detail: outcome.reason}),
    ...(outcome.sent ? {} : {retriable: outcome.retriable}),
    duration_ms: Math.round(performance.now() - begun),
  }
}

/** A notice as the rule would make it, of one alert with no records. */
function testNotice({id, rule}: TestedRule, newId: () => string, now: Date): Notice {
  const at = now.toISOString()
  const group = Object.fromEntries(rule.groupBy.map((field, index) => [field, rule.knownGroups[0]?.[index] ?? null]))
  return {
    id: newId(),
    rule: {
      id,
      name: rule.name,
      description: rule.description,
      severity: rule.severity,
      labels: {...rule.labels},
      ...(rule.runbook === undefined ? {} : {runbook: rule.runbook}),
    },
    condition: describeCondition(rule),
    created_at: at,
    test: true,
    alerts: [
      {
        id: newId(),
        event: 'opened',
        group,
        value: rule.threshold,
        opened_at: at,
        command: 'logflow alerts triggered',
        samples: [],
      },
    ],
    more: 0,
  }
}
