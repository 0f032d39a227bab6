// A notice as blocks (Block Kit), within what Slack takes: 50 blocks; 150 characters in a header, 3,000 in a section, 2,000
// in a field of it.

import {escapeLine} from '../output/escape-controls.js'
import type {Notice, NoticeAlert} from './notice.js'
import {cutText, groupWords, measuredWords, titleOf, valueWords} from './words.js'

const MOST_HEADER = 150
const MOST_SECTION = 3_000
const MOST_FIELD = 2_000
/** Two blocks each, and four others. */
const MOST_ALERTS = 20
const MOST_LABELS = 1_000

interface Text {
  type: 'mrkdwn' | 'plain_text'
  text: string
  emoji?: boolean
}
type Block =
  | {type: 'header'; text: Text}
  | {type: 'section'; text?: Text; fields?: Text[]}
  | {type: 'context'; elements: Text[]}

/** `text` is what a phone shows, and who cannot show blocks. */
export function slackMessage(notice: Notice): {text: string; blocks: Block[]} {
  const title = titleOf(notice)
  const shown = notice.alerts.slice(0, MOST_ALERTS)
  const left = notice.alerts.length - shown.length + notice.more
  const blocks: Block[] = [
    {type: 'header', text: {type: 'plain_text', text: cutText(title, MOST_HEADER), emoji: false}},
    section(summary(notice)),
    ...shown.flatMap(alertBlocks),
  ]
  if (left > 0) blocks.push(context(`and ${valueWords(left)} more`))
  blocks.push(context(footer(notice)))
  return {text: escapeMrkdwn(title, MOST_SECTION), blocks}
}

function summary({rule, condition, test}: Notice): string {
  const lines = [`*Condition* ${escapeMrkdwn(condition, 500)}`]
  if (rule.description) lines.push(escapeMrkdwn(rule.description, 1_500))
  if (test) lines.push('_This is a test: nothing has happened._')
  return lines.join('\n')
}

function alertBlocks(alert: NoticeAlert): Block[] {
  const since = alert.event === 'resolved' && alert.resolved_at ? alert.resolved_at : alert.opened_at
  const word = alert.event === 'again' ? 'Still open, since' : alert.event === 'resolved' ? 'Resolved' : 'Opened'
  const group = groupWords(alert.group)
  const measured = measuredWords(alert)
  const fields = [
    field(word, dateText(since)),
    ...(group ? [field('Of', escapeMrkdwn(group, 1_800))] : []),
    ...(measured ? [field('Measured', escapeMrkdwn(measured, 1_800))] : []),
  ]
  const code = [...alert.samples, ...(alert.event === 'resolved' ? [] : [`$ ${alert.command}`])]
    .map(escapeLine)
    .join('\n')
  return [{type: 'section', fields}, ...(code === '' ? [] : [section(codeText(code))])]
}

function footer({rule, id}: Notice): string {
  const labels = Object.entries(rule.labels).map(([name, value]) => `${name}=${value}`)
  const parts = [`${rule.severity} · logflow · ${escapeMrkdwn(id, 100)}`]
  if (labels.length > 0) parts.push(escapeMrkdwn(labels.join(' '), MOST_LABELS))
  if (rule.runbook && URL.canParse(rule.runbook)) {
    const url = new URL(rule.runbook).href.replace(/[<>|]/g, encodeURIComponent)
    if (url.length < 1_000) parts.push(`<${escapeMrkdwn(url, 1_500)}|Runbook>`)
  }
  return parts.join(' · ')
}

/** In the reader's own time. */
function dateText(time: string): string {
  const ms = Date.parse(time)
  return Number.isNaN(ms)
    ? escapeMrkdwn(time, 100)
    : `<!date^${Math.floor(ms / 1000)}^{date_short_pretty} {time_secs}|${time}>`
}

function field(name: string, text: string): Text {
  return {type: 'mrkdwn', text: cutText(`*${name}*\n${text}`, MOST_FIELD)}
}

function section(text: string): Block {
  return {type: 'section', text: {type: 'mrkdwn', text: cutText(text, MOST_SECTION)}}
}

function context(text: string): Block {
  return {type: 'context', elements: [{type: 'mrkdwn', text}]}
}

/** Text from strangers in which nothing is a link, a mention or the end of the block. */
function codeText(text: string): string {
  return `\`\`\`${escapeMrkdwn(text.replaceAll('`', 'ˋ'), MOST_SECTION - 10)}\`\`\``
}

/**
 * `&`, `<` and `>` are all that Slack reads links, mentions and dates by. At most `most` characters afterwards; none of
 * the three is cut in two.
 */
export function escapeMrkdwn(text: string, most: number): string {
  let escaped = ''
  for (const char of text) {
    const next = char === '&' ? '&amp;' : char === '<' ? '&lt;' : char === '>' ? '&gt;' : char
    if (escaped.length + next.length > most - 1) return `${escaped}…`
    escaped += next
  }
  return escaped
}
