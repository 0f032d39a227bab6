// The one place that reads what Elasticsearch and its client say when they fail. Messages are one line, hold no
// credentials, and never a whole body: the client's error objects carry requests, so they are not kept as causes.

import {LogflowError} from '../../errors/logflow-error.js'

/** What the client's errors have in common, as far as we look. */
interface ForeignError {
  name?: string
  message?: string
  statusCode?: number
  meta?: {statusCode?: number; body?: unknown}
}

interface ServerReason {
  type: string
  reason: string
}

const TLS_FAULT = /self.signed|unable to verify|unable to get local issuer|certificate|altname|CERT_/i
const MAX_REASON = 300

/** One line of at most 300 characters. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, MAX_REASON * 4)
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON - 1)}…` : line
}

/** Type and reason, with what caused it, out of an error body of the server. */
export function reasonOf(body: unknown): ServerReason {
  const error = (body as {error?: unknown} | undefined)?.error
  if (typeof error === 'string') return {type: '', reason: oneLine(error)}
  return errorReason(error)
}

/** The same for an `error` object, as bulk items have it. */
export function errorReason(error: unknown): ServerReason {
  if (typeof error !== 'object' || error === null) return {type: '', reason: ''}
  const {type, reason, caused_by, failed_shards} = error as {
    type?: string
    reason?: string
    caused_by?: unknown
    failed_shards?: Array<{reason?: unknown}>
  }
  const own = oneLine(String(reason ?? type ?? ''))
  const inner = errorReason(failed_shards?.[0]?.reason ?? caused_by).reason
  return {type: String(type ?? ''), reason: own.includes(inner) ? own : oneLine(`${own}: ${inner}`)}
}

export function unreachable(url: string, why: string): LogflowError {
  const said = /wrong version number/.test(why) ? 'it does not speak TLS' : oneLine(why)
  const suggestions = [
    ...(TLS_FAULT.test(why) ? ['Name the authority of its certificate: elasticsearch.ca_file'] : []),
    'Check that Elasticsearch runs at this address, and whether it begins with http:// or https:// (elasticsearch.nodes, ELASTICSEARCH_HOSTS)',
    'Use the embedded store instead: --store embedded',
  ]
  return new LogflowError('STORE_UNREACHABLE', `no answer from Elasticsearch at ${url}: ${said}`, {
    retriable: true,
    suggestions,
    cause: new Error(said),
  })
}

/** An answer of the server that is no success, as an error of ours. */
export function refusal(url: string, status: number, body: unknown): LogflowError {
  const {type, reason} = reasonOf(body)
  const said = reason || `HTTP ${status}`
  if (status === 401 || status === 403) return forbidden(url, status, type, said)
  if (status === 429 || status >= 500) {
    return new LogflowError('STORE_UNREACHABLE', `Elasticsearch at ${url} cannot take the request now: ${said}`, {
      retriable: true,
      suggestions: ['Try again later, or look at the health of the cluster'],
      cause: new Error(`HTTP ${status} ${type}`),
    })
  }
  if (/too_many_(nested_)?clauses|max_nested_depth|nested too deep/i.test(`${type} ${said}`)) {
    return new LogflowError('BAD_QUERY', `the query is too large for Elasticsearch: ${said}`, {
      suggestions: ['Ask for less at once'],
    })
  }
  const known = indexFault(url, type, said)
  if (known) return known
  if (status === 406 || (status === 400 && /Content-Type|media.type/i.test(said))) return notElasticsearch(url)
  return new LogflowError('BACKEND_REFUSED', `Elasticsearch at ${url} refused the request: ${said}`, {
    cause: new Error(`HTTP ${status} ${type}`),
  })
}

function forbidden(url: string, status: number, type: string, said: string): LogflowError {
  if (type === 'cluster_block_exception') return indexFault(url, type, said) as LogflowError
  const what = status === 401 ? 'does not accept the user, password or key' : 'does not allow this user'
  return new LogflowError('UNAUTHORISED', `Elasticsearch at ${url} ${what}${status === 403 ? `: ${said}` : ''}`, {
    suggestions: [
      status === 401
        ? 'Set elasticsearch.username and elasticsearch.password, or elasticsearch.api_key'
        : 'The user needs the privileges read, view_index_metadata, create_index, write and manage on logflow*, and manage_index_templates',
    ],
  })
}

/** Failures that say something about the index or the cluster, not about a record or a request; else `undefined`. */
export function indexFault(url: string, type: string, said: string): LogflowError | undefined {
  const make = (message: string, suggestion: string, retriable = false) =>
    new LogflowError('BACKEND_REFUSED', `Elasticsearch at ${url} ${message}`, {
      retriable,
      suggestions: [suggestion],
      cause: new Error(oneLine(`${type}: ${said}`)),
    })
  switch (type) {
    case 'cluster_block_exception':
      return /flood|read-only-allow-delete|read-only \/ allow delete/i.test(said)
        ? make(
            'takes no writes: its disk is full (flood-stage watermark)',
            'Free disk space or delete old indices; the block goes away by itself, or set index.blocks.read_only_allow_delete to null',
            true,
          )
        : make(`blocks the index: ${said}`, 'Remove the block from the index settings (index.blocks.*)', true)
    case 'index_closed_exception':
      return make(`has the index closed: ${said}`, 'Open it: POST /INDEX/_open', true)
    case 'index_not_found_exception':
      return make(`does not create the index: ${said}`, 'Allow logflow* in action.auto_create_index', true)
    case 'validation_exception':
      return make(`cannot create the index: ${said}`, 'Raise cluster.max_shards_per_node, or delete old indices', true)
    case 'security_exception':
      return forbidden(url, 403, type, said)
    default:
      return undefined
  }
}

/**
 * Whether a 429 says that the operation by itself is larger than all the memory the server gives to indexing:
 * then waiting does not help, only a smaller one does.
 */
export function neverFits(said: string): boolean {
  const match = /(?:coordinating|primary)_operation_bytes=(\d+).*?max_(?:coordinating|primary)_bytes=(\d+)/.exec(said)
  return match !== null && Number(match[1]) > Number(match[2])
}

export function notElasticsearch(url: string): LogflowError {
  return new LogflowError('BACKEND_REFUSED', `what answers at ${url} is not Elasticsearch 8 or 9`, {
    suggestions: [
      'Point elasticsearch.nodes at an Elasticsearch server; OpenSearch and Elasticsearch 7 are not supported',
    ],
  })
}

/** Any error that the client throws, as an error of ours. */
export function translateError(error: unknown, url: string): LogflowError {
  if (error instanceof LogflowError) return error
  const {name, message, statusCode, meta} = (error ?? {}) as ForeignError
  switch (name) {
    case 'ResponseError':
      return refusal(url, statusCode ?? meta?.statusCode ?? 0, meta?.body)
    case 'ConnectionError':
    case 'NoLivingConnectionsError':
      return unreachable(url, message ?? 'no connection')
    case 'TimeoutError':
      return unreachable(url, 'the request timed out')
    case 'ProductNotSupportedError':
      return notElasticsearch(url)
    case 'DeserializationError':
      // Also an answer that was cut off, or a proxy's page while the server starts: the next one may be whole.
      return new LogflowError('BACKEND_REFUSED', `what answers at ${url} does not speak JSON`, {
        retriable: true,
        suggestions: ['Check elasticsearch.nodes: is there a proxy or another server?'],
      })
    default:
      return new LogflowError('INTERNAL', `asking Elasticsearch at ${url} failed: ${oneLine(String(message ?? error))}`)
  }
}
