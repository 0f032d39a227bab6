// One kafkajs client for a bus: loaded lazily, with its chatter led away from the terminal, and a first connection
// that fails fast and says why.

import {readFileSync} from 'node:fs'
import type {ConnectionOptions} from 'node:tls'
import type {Admin, Kafka, KafkaConfig, LogEntry, SASLOptions} from 'kafkajs'
import {LogflowError} from '../../errors/logflow-error.js'
import {toLogflowError, unreachable} from './errors.js'
import {type ClosableRetry, loadKafkajs} from './kafkajs-patches.js'
import type {CompleteSettings, KafkaSasl, KafkaTls} from './settings.js'
import {Sockets} from './sockets.js'

/** Gets what would only interest under --verbose; one line. */
export type Log = (line: string) => void

export interface KafkaClient {
  kafka: Kafka
  /** The same with few retries of its own, for those that wait in their own way. */
  hasty: Kafka
  /** Connected; used for questions, never for data. */
  admin: Admin
  clusterId: string
  /** Number of brokers when the bus was opened. */
  brokerCount: number
  close(): Promise<void>
}

const RETRY_FIRST_MS = 100
const RETRY_LONGEST_MS = 2_000
const PAUSE_BETWEEN_TRIES_MS = 300
const HASTY_RETRIES = 2
const CLOSE_MS = 5_000

/** Connects and asks for the cluster; throws BUS_UNREACHABLE, UNAUTHORISED or USAGE. */
export async function connectKafka(settings: CompleteSettings, log: Log): Promise<KafkaClient> {
  const kafkajs = loadKafkajs()
  const sockets = new Sockets()
  let closed = false
  const closable: ClosableRetry = {isClosed: () => closed}
  const config: KafkaConfig = {
    clientId: settings.clientId,
    brokers: settings.brokers,
    connectionTimeout: settings.connectionTimeoutMs,
    requestTimeout: settings.requestTimeoutMs,
    retry: {
      ...closable,
      retries: settings.retries,
      initialRetryTime: RETRY_FIRST_MS,
      maxRetryTime: RETRY_LONGEST_MS,
    },
    socketFactory: sockets.make,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => {
      // after a send is given up its sequence numbers are too (producer.ts), which this warning is about
      if (!entry.log.message.startsWith('Limiting retries')) log(logLine(entry))
    },
    ...(settings.ssl && {ssl: tlsOptions(settings.ssl)}),
    ...(settings.sasl && {sasl: saslOptions(settings.sasl)}),
  }
  const kafka = new kafkajs.Kafka(config)
  try {
    const probe = new kafkajs.Kafka({
      ...config,
      requestTimeout: settings.connectionTimeoutMs,
      retry: {retries: settings.brokers.length - 1, initialRetryTime: 10},
    })
    const cluster = await firstAnswer(probe, settings, sockets, log)
    const admin = kafka.admin({retry: {retries: 5}})
    await admin.connect()
    return {
      kafka,
      hasty: new kafkajs.Kafka({
        ...config,
        retry: {...closable, retries: HASTY_RETRIES, initialRetryTime: RETRY_FIRST_MS},
      }),
      admin,
      clusterId: cluster.clusterId,
      brokerCount: cluster.brokers.length,
      close: async () => {
        closed = true
        await within(CLOSE_MS, admin.disconnect()).catch((error) => log(`kafka: closing: ${String(error)}`))
        sockets.destroy()
      },
    }
  } catch (error) {
    closed = true
    sockets.destroy()
    throw error
  }
}

type Cluster = Awaited<ReturnType<Admin['describeCluster']>>

/** Tries the brokers until one tells of its cluster: a client of its own that gives up early. */
async function firstAnswer(probe: Kafka, settings: CompleteSettings, sockets: Sockets, log: Log): Promise<Cluster> {
  const {brokers, connectTries, connectionTimeoutMs} = settings
  const start = performance.now()
  for (let tries = 1; ; tries++) {
    const admin = probe.admin()
    try {
      const answer = admin.connect().then(() => admin.describeCluster())
      const cluster = await within(connectionTimeoutMs * brokers.length, answer)
      await admin.disconnect()
      return cluster
    } catch (error) {
      log(`kafka: try ${tries} of ${connectTries}: ${String(error)}`)
      const attempt = {doing: 'connect', brokers, tries, ms: performance.now() - start}
      if (sockets.stranger !== undefined) throw unreachable(error, attempt, sockets.stranger)
      const known = toLogflowError(error, attempt)
      if (known.code !== 'BUS_UNREACHABLE' || tries >= connectTries) throw known
      await new Promise((resolve) => setTimeout(resolve, PAUSE_BETWEEN_TRIES_MS))
    }
  }
}

class TooSlow extends Error {
  override readonly name = 'KafkaJSTimeout'
}

/** Rejects after `ms`; what `work` does later is ignored. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow(`no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}

function logLine({namespace, label, log}: LogEntry): string {
  const broker = typeof log.broker === 'string' ? ` (${log.broker})` : ''
  return `kafkajs ${label.toLowerCase()} ${namespace}: ${log.message}${broker}`
}

function tlsOptions(tls: KafkaTls): ConnectionOptions {
  return {
    rejectUnauthorized: tls.rejectUnauthorized ?? true,
    ...(tls.caFile && {ca: [readPem('kafka.ca_file', tls.caFile)]}),
    ...(tls.certFile && {cert: readPem('kafka.cert_file', tls.certFile)}),
    ...(tls.keyFile && {key: readPem('kafka.key_file', tls.keyFile)}),
  }
}

function readPem(setting: string, file: string): Buffer {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new LogflowError('USAGE', `cannot read ${file}, set as ${setting}: ${reason}`, {
      cause,
      suggestions: [`Set ${setting} to a readable PEM file`],
    })
  }
  if (!bytes.includes('-----BEGIN ')) {
    throw new LogflowError('USAGE', `${file}, set as ${setting}, is no PEM file`, {
      suggestions: [`Set ${setting} to a file that begins with -----BEGIN`],
    })
  }
  return bytes
}

function saslOptions({mechanism, username, password}: KafkaSasl): SASLOptions {
  return {mechanism, username, password}
}
