import {LogflowError} from '../errors/logflow-error.js'
import type {OtlpConfig} from './config.js'

export type OtlpSignal = 'traces' | 'metrics' | 'logs'

export const OTLP_SIGNALS: readonly OtlpSignal[] = ['traces', 'metrics', 'logs']

/** Where one kind of signal goes. */
export interface OtlpTarget {
  /** Whole, without credentials. */
  url: string
  headers: Record<string, string>
}

/**
 * Where a signal goes: to its own endpoint, else to the one for all, else to Grafana's gateway; `undefined` where there is
 * none of these or it is switched off. Credentials go to the endpoint they were given for alone. Throws BAD_CONFIG for
 * what is no URL.
 */
export function otlpTarget(otlp: OtlpConfig, signal: OtlpSignal): OtlpTarget | undefined {
  if (!isOn(otlp, signal)) return undefined
  const headers: Record<string, string> = Object.fromEntries(namedValues(otlp.headers))
  const own = otlp[`${signal}Endpoint`]
  if (own !== undefined || otlp.endpoint !== undefined) {
    if (otlp.authorization !== undefined) headers.authorization = otlp.authorization
    return own === undefined
      ? target(otlp.endpoint as string, `/v1/${signal}`, headers)
      : target(own, endsAtRoot(own) ? `/v1/${signal}` : '', headers)
  }
  if (otlp.grafanaEndpoint === undefined) return undefined
  return target(otlp.grafanaEndpoint, `/v1/${signal}`, {...headers, ...grafanaAuthorization(otlp)})
}

/** Whether anything at all is sent; also true where it is not clear to where, so that it is told. */
export function exportsSignals(otlp: OtlpConfig): boolean {
  return OTLP_SIGNALS.some((signal) => isOn(otlp, signal) && endpointOf(otlp, signal) !== undefined)
}

/** `name=value` pairs as OpenTelemetry writes them: values percent-encoded. What is none is left out. */
export function namedValues(pairs: readonly string[]): Array<[string, string]> {
  return pairs.flatMap((pair) => {
    const at = pair.indexOf('=')
    return at > 0 ? [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as [string, string]] : []
  })
}

function endpointOf(otlp: OtlpConfig, signal: OtlpSignal): string | undefined {
  return otlp[`${signal}Endpoint`] ?? otlp.endpoint ?? otlp.grafanaEndpoint
}

/** `OTEL_*_EXPORTER` is a list of names; without one it is `otlp`. */
function isOn(otlp: OtlpConfig, signal: OtlpSignal): boolean {
  const exporter = otlp[`${signal}Exporter`]
  const isChosen = exporter === undefined || exporter.split(',').some((name) => name.trim().toLowerCase() === 'otlp')
  return isChosen && !otlp.disabled && otlp.protocol?.toLowerCase() !== 'grpc'
}

/** True for a URL without a path, and for one that ends in `/otlp`: to these the signal's own path is added. */
function endsAtRoot(written: string): boolean {
  const path = URL.canParse(withScheme(written)) ? new URL(withScheme(written)).pathname : ''
  return /^\/?$|\/otlp\/?$/.test(path)
}

function target(written: string, path: string, headers: Record<string, string>): OtlpTarget {
  const text = withScheme(written)
  if (!URL.canParse(text) || !/^https?:/i.test(text)) {
    throw new LogflowError(
      'BAD_CONFIG',
      'an endpoint for OpenTelemetry is no URL that starts with http:// or https://',
      {
        suggestions: [
          'Write it as http://localhost:4318',
          'logflow config list  shows which otlp settings are in force',
        ],
      },
    )
  }
  const url = new URL(text)
  const {username, password} = url
  if (username || password) headers.authorization ??= basic(decoded(username), decoded(password))
  url.username = ''
  url.password = ''
  if (path !== '') url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`
  return {url: url.href, headers}
}

function grafanaAuthorization(otlp: OtlpConfig): Record<string, string> {
  const {grafanaInstanceId: id, grafanaApiToken: token} = otlp
  return id === undefined || token === undefined ? {} : {authorization: basic(id, token)}
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function withScheme(written: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
