import type {Config} from '../config/config.js'
import {namedValues} from '../config/otlp-target.js'
import {SECRET_PARAMETER} from '../config/settings.js'

/** Every secret value of a configuration: what clients say in their errors must not tell them. */
export function knownSecrets(config: Config): string[] {
  const {alerts, api, database, redis, elasticsearch, kafka, otlp} = config
  return [
    config.password,
    config.adminPassword,
    config.server?.token,
    api.secretKey,
    ...(database.kind === 'postgres' ? [database.password, ...secretsIn(database.url)] : []),
    redis?.password,
    ...secretsIn(redis?.url),
    elasticsearch.password,
    elasticsearch.apiKey,
    kafka.sasl?.password,
    otlp.authorization,
    otlp.authorization?.split(' ').at(-1),
    otlp.grafanaApiToken,
    alerts.smtp?.password,
    ...Object.values(alerts.variables),
    ...namedValues(otlp.headers).map(([, value]) => value),
    ...[otlp.endpoint, otlp.tracesEndpoint, otlp.metricsEndpoint, otlp.logsEndpoint].flatMap(secretsIn),
  ].filter((secret): secret is string => secret !== undefined && secret !== '')
}

/** The password of a URL, and what its parameters hold of the kind. */
function secretsIn(url: string | undefined): string[] {
  if (url === undefined || !URL.canParse(url)) return []
  const {password, searchParams} = new URL(url)
  const parameters = [...searchParams].filter(([name]) => SECRET_PARAMETER.test(name)).map(([, value]) => value)
  return [decoded(password), ...parameters]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
