import {contentTypeOf, type WebhookConfig} from './check-config.js'
import type {Channel, Notice, NoticeTarget, Outcome} from './notice.js'
import {outcomeOf, post} from './post.js'
import {openTarget, type Sender} from './sender.js'
import {webhookHeaders} from './sign.js'
import {escapingFor, fillTemplate} from './template.js'

/** As much of an answer as is told, of a rule that was made on the machine itself. */
const MOST_SAID = 200

/** Posts a notice to a URL: as JSON, or as the rule's template has it; signed where the rule has a secret. */
export function openWebhook(sender: Sender): Channel {
  return {
    name: 'webhook',
    async send(notice: Notice, target: NoticeTarget): Promise<Outcome> {
      const config = target.config as unknown as WebhookConfig
      const opened = openTarget(config.url, [config.secret, ...Object.values(config.headers ?? {})], target, sender)
      if ('sent' in opened) return opened
      const {url, destinations, fill, hide} = opened
      const contentType = contentTypeOf(config)
      const body = bodyOf(config, notice, contentType)
      const own = Object.entries(config.headers ?? {}).map(([name, value]) => [name, fill(value)])
      const secret = config.secret === undefined ? undefined : fill(config.secret)
      const answer = await post(
        {
          url,
          headers: {
            'user-agent': 'logflow',
            ...Object.fromEntries(own),
            'content-type': contentType,
            ...webhookHeaders(notice.id, body, secret, sender.now()),
          },
          body,
          destinations,
          timeoutMs: sender.timeoutMs,
          signal: target.signal,
        },
        sender.now,
      )
      if ('sent' in answer) return answer
      // What a host inside the network says is nothing for whoever made a rule from outside.
      return outcomeOf(answer, target.trusted ? hide(answer.text).trim().replace(/\s+/g, ' ').slice(0, MOST_SAID) : '')
    },
  }
}

function bodyOf({template}: WebhookConfig, notice: Notice, contentType: string): string {
  return template === undefined ? JSON.stringify(notice) : fillTemplate(template, notice, escapingFor(contentType))
}
