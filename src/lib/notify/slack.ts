import type {SlackConfig} from './check-config.js'
import type {Channel, Outcome} from './notice.js'
import {outcomeOf, post} from './post.js'
import {openTarget, type Sender} from './sender.js'
import {slackMessage} from './slack-message.js'

/**
 * Posts to an incoming webhook of Slack, or of what takes the same. Its own words for a refusal (`invalid_payload`,
 * `no_service`, `channel_is_archived`) are told; 429 and 5xx are tried again.
 */
export function openSlack(sender: Sender): Channel {
  return {
    name: 'slack',
    async send(notice, target): Promise<Outcome> {
      const opened = openTarget((target.config as unknown as SlackConfig).url, [], target, sender)
      if ('sent' in opened) return opened
      const answer = await post(
        {
          url: opened.url,
          headers: {
            'user-agent': 'logflow',
            'content-type': 'application/json; charset=utf-8',
            'idempotency-key': notice.id,
          },
          body: JSON.stringify(slackMessage(notice)),
          destinations: opened.destinations,
          timeoutMs: sender.timeoutMs,
          signal: target.signal,
        },
        sender.now,
      )
      if ('sent' in answer) return answer
      return outcomeOf(answer, /^[a-z_]{1,60}$/.test(answer.text) ? answer.text : '')
    },
  }
}
