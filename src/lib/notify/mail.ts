import type {SendMailOptions} from 'nodemailer'
import {escapeLine} from '../output/escape-controls.js'
import type {Notice, NoticeAlert} from './notice.js'
import {escapeXml, fillTemplate} from './template.js'
import {cutText, EVENT_WORDS, groupWords, measuredWords, textOf, titleOf, valueWords} from './words.js'

const MOST_SUBJECT = 200

/**
 * A notice as a mail: the same whenever it is made, so that a server and a reader know it again. Mails of one alert make
 * one thread. Nothing in it is text from strangers as it came: control characters and markup are escaped.
 */
export function mailOf(
  notice: Notice,
  about: {from: string; to: readonly string[]; subject?: string},
): SendMailOptions {
  const domain = /@([\w.-]+)>?\s*$/.exec(about.from)?.[1] ?? 'logflow.invalid'
  const [first] = notice.alerts
  const subject = about.subject === undefined ? `[logflow] ${titleOf(notice)}` : ownSubject(about.subject, notice)
  return {
    from: about.from,
    to: about.to.map((address) => ({name: '', address})),
    subject: cutText(escapeLine(subject), MOST_SUBJECT),
    messageId: idOf(notice.id, domain),
    ...(first ? {references: idOf(`alert.${first.id}`, domain)} : {}),
    date: new Date(notice.created_at),
    ...(notice.rule.severity === 'critical' ? {priority: 'high' as const} : {}),
    // Holiday answers and the like stay away (RFC 3834; the second for Exchange).
    headers: {'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All'},
    text: textOf(notice),
    html: htmlOf(notice),
  }
}

function ownSubject(template: string, notice: Notice): string {
  return `${notice.test ? 'TEST ' : ''}${fillTemplate(template, notice, 'none')}`
}

function idOf(id: string, domain: string): string {
  return `<${id.replace(/[^\w.-]/g, '')}@${domain}>`
}

const COLORS: Readonly<Record<Notice['rule']['severity'], string>> = {
  info: '#1f6feb',
  warning: '#9a6700',
  critical: '#cf222e',
}
const RESOLVED = '#1a7f37'
const PRE = 'white-space:pre-wrap;background:#f6f8fa;padding:8px;font:12px monospace'

function htmlOf(notice: Notice): string {
  const {rule, alerts, more, condition, test} = notice
  const color = alerts.every(({event}) => event === 'resolved') ? RESOLVED : COLORS[rule.severity]
  const parts = [
    `<h2 style="color:${color}">${safe(titleOf(notice))}</h2>`,
    ...(test ? ['<p><b>This is a test: nothing has happened.</b></p>'] : []),
    `<p>${safe(condition)}</p>`,
    ...(rule.description ? [`<p>${safe(rule.description)}</p>`] : []),
    ...alerts.map(alertHtml),
    ...(more > 0 ? [`<p>and ${valueWords(more)} more</p>`] : []),
    ...Object.entries(rule.labels).map(([name, value]) => `<code>${safe(`${name}=${value}`)}</code>`),
    ...(rule.runbook && /^https?:/i.test(rule.runbook)
      ? [`<p><a href="${safe(rule.runbook)}">Runbook: ${safe(rule.runbook)}</a></p>`]
      : []),
  ]
  return `<!doctype html><html><body style="font-family:sans-serif">\n${parts.join('\n')}\n</body></html>\n`
}

function alertHtml(alert: NoticeAlert): string {
  const about = [groupWords(alert.group), measuredWords(alert)].filter(Boolean).join(': ')
  const resolved = alert.resolved_at ? `, resolved at ${alert.resolved_at}` : ''
  const samples = alert.samples.map((sample) => escapeXml(escapeLine(sample))).join('\n')
  return [
    `<p><b>${safe(EVENT_WORDS[alert.event])}</b> ${safe(about)}<br>opened at ${safe(`${alert.opened_at}${resolved}`)}</p>`,
    ...(samples ? [`<div style="${PRE}">${samples}</div>`] : []),
    `<p><code>${safe(alert.command)}</code></p>`,
  ].join('\n')
}

function safe(text: string): string {
  return escapeXml(escapeLine(text))
}
