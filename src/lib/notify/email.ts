import {readFile} from 'node:fs/promises'
import type {SMTPSentMessageInfo, SMTPTransportOptions} from 'nodemailer'
import type {SmtpConfig} from '../config/config.js'
import {type EmailConfig, isAddress} from './check-config.js'
import {mailOf} from './mail.js'
import type {Channel, Outcome} from './notice.js'
import {VariableNotSet, type Variables, withVariables} from './variables.js'

export interface EmailSettings {
  /** Absent: no mail server is set. */
  smtp: SmtpConfig | undefined
  variables: Variables
  /** For one mail, from the name of the server to its last answer. */
  timeoutMs: number
}

type NotSent = Extract<Outcome, {sent: false}>

/**
 * Hands a mail to the server of alerts.smtp, whose word is final: 5yz about the sender, recipients or text is not tried
 * again. What is wrong with the server or the sign-in is, since whoever runs the engine can mend it meanwhile. Sent again,
 * a mail is the same, its Message-ID included.
 */
export function openEmail({smtp, variables, timeoutMs}: EmailSettings): Channel {
  return {
    name: 'email',
    async send(notice, target): Promise<Outcome> {
      const config = target.config as unknown as EmailConfig
      if (!smtp) return later('no mail server is set: alerts.smtp.host')
      if (smtp.from === undefined) return later('no sender is set: alerts.smtp.from')
      const to = recipients(config, variables)
      if (!Array.isArray(to)) return to
      const outside = target.trusted ? undefined : to.find((address) => !mayReceive(address, smtp.recipients))
      if (outside !== undefined) return never(`${outside} is not among alerts.smtp.recipients`)
      const limit = AbortSignal.timeout(timeoutMs)
      try {
        const {createTransport} = await import('nodemailer')
        const mail = mailOf(notice, {
          from: smtp.from,
          to,
          ...(config.subject === undefined ? {} : {subject: config.subject}),
        })
        const transport = createTransport(await transportOf(smtp))
        return sentOutcome(await transport.sendMail({...mail, signal: AbortSignal.any([target.signal, limit])}))
      } catch (error) {
        if (target.signal.aborted) return later('ended before the mail was taken')
        if (limit.aborted) return later(`${smtp.host} did not take the mail within ${timeoutMs / 1000} s`)
        return errorOutcome(error as MailError, smtp)
      }
    },
  }
}

async function transportOf({host, port, tls, username, password, caFile}: SmtpConfig): Promise<SMTPTransportOptions> {
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: {
      minVersion: 'TLSv1.2',
      // On this machine nobody stands between, and local servers have certificates of their own making.
      ...(tls === 'if offered' && caFile === undefined ? {rejectUnauthorized: false} : {}),
      ...(caFile === undefined ? {} : {ca: await readFile(caFile)}),
    },
    ...(username === undefined ? {} : {auth: {user: username, pass: password ?? ''}}),
    // The whole is limited by the signal; these end what waits for a server that says nothing.
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function recipients({to}: EmailConfig, variables: Variables): string[] | NotSent {
  try {
    const addresses = to.map((one) => withVariables(one, variables).trim())
    return addresses.every(isAddress) ? addresses : later('what a variable makes of to is no mail address')
  } catch (error) {
    if (error instanceof VariableNotSet) return later(error.message)
    throw error
  }
}

/** @param allowed addresses and domains; empty: any */
function mayReceive(address: string, allowed: readonly string[]): boolean {
  const wanted = address.toLowerCase()
  return (
    allowed.length === 0 ||
    allowed.some((one) => wanted === one.toLowerCase() || wanted.endsWith(`@${one.toLowerCase().replace(/^@/, '')}`))
  )
}

/** Some of many recipients may have been refused: those who got it are not sent it again. */
function sentOutcome({accepted, rejected, response}: SMTPSentMessageInfo): Outcome {
  const refused = rejected.length > 0 ? `, refused for ${rejected.join(', ')}` : ''
  return {sent: true, detail: `taken for ${accepted.join(', ')}${refused}: ${oneLine(response)}`}
}

interface MailError extends Error {
  code?: string
  responseCode?: number
  response?: string
}

/** The only place that reads nodemailer's errors. */
function errorOutcome({code, responseCode, response, message}: MailError, {host, port}: SmtpConfig): NotSent {
  const where = `${host}:${port}`
  switch (code) {
    case 'EAUTH':
      return later(`${where} does not let us sign in${responseCode ? `: answered ${responseCode}` : ''}`)
    case 'EENVELOPE':
    case 'EMESSAGE': {
      const reason = `${where} refused the mail: ${oneLine(response ?? message)}`
      return responseCode !== undefined && responseCode >= 500 ? never(reason) : later(reason)
    }
    case 'ETLS':
      return later(`${where} gives no TLS that can be trusted: ${oneLine(message)}`)
    case 'ENOENT':
    case 'EACCES':
      return later(`alerts.smtp.ca_file cannot be read: ${oneLine(message)}`)
    default:
      return later(`${where}: ${oneLine(response ?? message)}`)
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300)
}

function later(reason: string): NotSent {
  return {sent: false, reason, retriable: true}
}

function never(reason: string): NotSent {
  return {sent: false, reason, retriable: false}
}
