import type {Config} from '../config/config.js'
import {namedValues} from '../config/otlp-target.js'

/** Every secret value of a configuration: what clients say in their errors must not tell them. */
export function knownSecrets(config: Config): string[] {
  const {api, database, redis, elasticsearch, kafka, otlp} = config
  return [
    config.password,
    config.adminPassword,
    config.server?.token,
    api.secretKey,
    ...(database.kind === 'postgres' ? [database.password, passwordIn(database.url)] : []),
    redis?.password,
    passwordIn(redis?.url),
    elasticsearch.password,
    elasticsearch.apiKey,
    kafka.sasl?.password,
    otlp.authorization,
    otlp.authorization?.split(' ').at(-1),
    otlp.grafanaApiToken,
    ...namedValues(otlp.headers).map(([, value]) => value),
    ...[otlp.endpoint, otlp.tracesEndpoint, otlp.metricsEndpoint, otlp.logsEndpoint].map(passwordIn),
  ].filter((secret): secret is string => secret !== undefined && secret !== '')
}

function passwordIn(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  const {password} = new URL(url)
  try {
    return decodeURIComponent(password)
  } catch {
    return password
  }
}
