// The index template: created at the first write, upgraded when this version knows a newer mapping, and the place
// where an installation's period is kept. Indices take it up when they are created.

import {LogflowError} from '../../errors/logflow-error.js'
import {MAX_FIELD_VALUE} from '../../query/query.js'
import type {Connection} from './connection.js'
import {refusal} from './errors.js'
import type {ElasticsearchSettings, Period, Runtime} from './settings.js'

/** Raise it with every change of the mapping. */
const SCHEMA = 2

const NAME = {type: 'keyword', ignore_above: MAX_FIELD_VALUE}
/** Looked up, never sorted by or counted. */
const ID = {...NAME, doc_values: false}
/** Lower-casing can lengthen a name. */
const FOLDED = {type: 'keyword', ignore_above: MAX_FIELD_VALUE * 3, doc_values: false}

/** Read in ranges, with no index: doc values serve those. */
const NUMBER = {type: 'long', index: false, ignore_malformed: true}

/** Put on living indices too: here nothing may change but by addition. */
const PROPERTIES = {
  id: {type: 'keyword', index: false, doc_values: false},
  '@timestamp': {type: 'date_nanos', format: 'strict_date_optional_time_nanos', ignore_malformed: false},
  ingested_at: {type: 'date', format: 'strict_date_optional_time'},
  level: {type: 'keyword'},
  severity_number: {type: 'byte', ignore_malformed: true, index: false},
  service: NAME,
  host: NAME,
  environment: NAME,
  event: NAME,
  trace_id: ID,
  span_id: ID,
  parent_span_id: ID,
  correlation_id: ID,
  request_id: ID,
  duration_ms: {type: 'double', ignore_malformed: true, index: false},
  message: {type: 'text', index: false, norms: false},
  /** The words of `message`, cut by tokenize(). Positions serve phrases. */
  words: {type: 'text', analyzer: 'whitespace', norms: false, index_options: 'positions'},
  /** Named after what it held first: what is searched and not given back. `_source` cannot leave out more later. */
  folded: {
    properties: {
      service: FOLDED,
      host: FOLDED,
      environment: FOLDED,
      /** Of what the record says and no field here indexes: see field-terms.ts. */
      terms: {type: 'keyword', doc_values: false},
      /** Which of all this a document has; those of schema 1 lack it. */
      schema: {type: 'byte'},
      inexact: {type: 'keyword', doc_values: false},
    },
  },
  error: {properties: {name: NAME}},
  source: {
    properties: {
      id: {type: 'keyword', index: false},
      offset: {type: 'long', index: false},
      line: NUMBER,
      partition: NUMBER,
      kafka_offset: NUMBER,
    },
  },
}

/** Indices of schema 1 have them as `flattened`. Their `terms` are what is searched: the server only keeps them. */
const ATTRIBUTES = {type: 'object', enabled: false}

interface TemplateMeta {
  schema?: number
  period?: Period
}

interface TemplateAnswer {
  index_templates?: Array<{index_template?: {_meta?: {logflow?: TemplateMeta}}}>
}

/** Makes sure of a template of this version and this period. Rejects with BAD_CONFIG where another period rules. */
export async function ensureTemplate(
  connection: Connection,
  settings: ElasticsearchSettings,
  runtime: Runtime,
): Promise<void> {
  const path = `/_index_template/${settings.index}`
  const found = await readTemplate(connection, path)
  if (!found) {
    const body = templateBody(settings, await bestCodec(connection, settings, runtime))
    const {status, body: said} = await connection.ask({method: 'PUT', path, query: {create: true}, body, accept: [400]})
    if (status !== 400) return
    // Another writer was first, or the server does not want it.
    const theirs = await readTemplate(connection, path)
    if (!theirs) throw refusal(connection.url, status, said)
    checkMeta(theirs, settings)
    return
  }
  checkMeta(found, settings)
  if ((found.schema ?? 0) < SCHEMA) await upgrade(connection, settings, runtime, path)
}

async function readTemplate(connection: Connection, path: string): Promise<TemplateMeta | undefined> {
  const {status, body} = await connection.ask<TemplateAnswer>({method: 'GET', path, accept: [404]})
  if (status === 404) return undefined
  return body.index_templates?.[0]?.index_template?._meta?.logflow ?? {}
}

function checkMeta({schema, period}: TemplateMeta, settings: ElasticsearchSettings): void {
  const {index} = settings
  if (period === undefined) {
    throw new LogflowError('BAD_CONFIG', `the index template "${index}" is not logflow's`, {
      suggestions: ['Choose another name: elasticsearch.index'],
    })
  }
  if (period !== settings.period) {
    throw new LogflowError(
      'BAD_CONFIG',
      `"${index}" has an index a ${period}, and elasticsearch.period says ${settings.period}`,
      {
        suggestions: [`Set elasticsearch.period to ${period}`, 'Or start anew under another name: elasticsearch.index'],
      },
    )
  }
  if (schema !== undefined && schema > SCHEMA) {
    throw new LogflowError('BACKEND_REFUSED', `"${index}" was written by a newer version of logflow`, {
      suggestions: ['Update logflow'],
    })
  }
}

async function upgrade(
  connection: Connection,
  settings: ElasticsearchSettings,
  runtime: Runtime,
  path: string,
): Promise<void> {
  await connection.ask({
    method: 'PUT',
    path,
    body: templateBody(settings, await bestCodec(connection, settings, runtime)),
  })
  await connection.ask({
    method: 'PUT',
    path: `/${settings.index}/_mapping`,
    query: {ignore_unavailable: true, allow_no_indices: true},
    body: {properties: PROPERTIES},
    accept: [404],
  })
}

function templateBody(settings: ElasticsearchSettings, codec: string): object {
  const {index, period, shards, replicas} = settings
  return {
    // Only names that begin with a year: another installation may be called `<index>-something`.
    index_patterns: period === 'none' ? [`${index}-all`] : [`${index}-1*`, `${index}-2*`],
    priority: 500,
    _meta: {logflow: {schema: SCHEMA, period}, description: 'Records of logflow'},
    template: {
      aliases: {[index]: {}},
      settings: {
        index: {
          codec,
          number_of_shards: shards,
          ...(replicas === undefined ? {auto_expand_replicas: '0-1'} : {number_of_replicas: replicas}),
          refresh_interval: '1s',
          // What is acknowledged is fsynced. It is the default, and a cluster's own templates may say otherwise.
          translog: {durability: 'request'},
        },
      },
      mappings: {
        dynamic: false,
        _source: {excludes: ['words', 'folded']},
        properties: {...PROPERTIES, attributes: ATTRIBUTES},
      },
    },
  }
}

/**
 * `best_compression` saves a third of the disk. Some servers accept the name and then fail to write a segment with
 * it, so it is tried, once an installation, on an index that is deleted again.
 */
async function bestCodec(connection: Connection, settings: ElasticsearchSettings, runtime: Runtime): Promise<string> {
  // A name of its own: two first writers must not delete each other's.
  const path = `/${settings.index}-probe-${Math.floor(runtime.random() * 2 ** 40).toString(36)}`
  const index = {codec: 'best_compression', number_of_shards: 1, number_of_replicas: 0}
  const created = await connection.ask({method: 'PUT', path, body: {settings: {index}}, accept: 'all'})
  if (created.status >= 300) return 'default'
  const query = {refresh: true, timeout: '3s'}
  const written = await connection.ask({
    method: 'POST',
    path: `${path}/_doc`,
    query,
    body: {},
    accept: 'all',
    once: true,
  })
  await connection.ask({method: 'DELETE', path, accept: [404]})
  return written.status === 201 ? 'best_compression' : 'default'
}
