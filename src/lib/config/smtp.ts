import {LogflowError} from '../errors/logflow-error.js'
import type {SmtpConfig} from './config.js'

type Get = <T>(key: string) => T

const LOCAL = /^(localhost|127(\.\d{1,3}){3}|::1)$/i

/** The mail server of the settings, whether as a URL or by parts, which are stronger; none where neither is set. */
export function smtpOf(get: Get): SmtpConfig | undefined {
  const url = urlOf(get('alerts.smtp.url'))
  const host = get<string | undefined>('alerts.smtp.host') ?? url?.hostname.replace(/^\[|\]$/g, '')
  if (!host) return undefined
  const named = get<'starttls' | 'implicit' | 'none' | undefined>('alerts.smtp.tls')
  const port = get<number | undefined>('alerts.smtp.port') ?? (url?.port ? Number(url.port) : undefined)
  const implicit = named === 'implicit' || (named === undefined && (url?.protocol === 'smtps:' || port === 465))
  const username = get<string | undefined>('alerts.smtp.username') ?? decoded(url?.username)
  const password = get<string | undefined>('alerts.smtp.password') ?? decoded(url?.password)
  const from = get<string | undefined>('alerts.smtp.from') ?? (username?.includes('@') ? username : undefined)
  const caFile = get<string | undefined>('alerts.smtp.ca_file')
  return {
    host,
    port: port ?? (implicit ? 465 : 587),
    tls: implicit
      ? 'implicit'
      : ((named as 'starttls' | 'none' | undefined) ?? (LOCAL.test(host) ? 'if offered' : 'starttls')),
    ...(username === undefined ? {} : {username}),
    ...(password === undefined ? {} : {password}),
    ...(from === undefined ? {} : {from}),
    ...(caFile === undefined ? {} : {caFile}),
    recipients: get<string[] | undefined>('alerts.smtp.recipients') ?? [],
  }
}

function urlOf(written: string | undefined): URL | undefined {
  if (written === undefined) return undefined
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (url && /^smtps?:$/.test(url.protocol) && url.hostname && /^\/?$/.test(url.pathname) && !url.search) return url
  throw new LogflowError('BAD_CONFIG', 'alerts.smtp.url is no address of a mail server', {
    suggestions: ['Write it as smtp://user@host:587, or smtps://user@host:465'],
  })
}

function decoded(text: string | undefined): string | undefined {
  if (!text) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
