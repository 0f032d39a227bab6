// Kafka and Elasticsearch for a fault run, started here or named by the environment.

import {canStartElasticsearch, type RunningElasticsearch, useElasticsearch} from '../../services/start-elasticsearch.js'
import {canStartKafka, hasKafka, type RunningKafka, startKafka, useKafka} from '../../services/start-kafka.js'

const VERSION = '8.19.21'

export interface Servers {
  kafka: RunningKafka
  elasticsearch: RunningElasticsearch
  /** Settings that point a home at the servers, with a topic, group and index of its own at each call. */
  environment(): Record<string, string>
  stop(): Promise<void>
}

/** True where both can be had; otherwise the reason has been said. */
export function canUseServers(suite: string): boolean {
  const kafka = hasKafka(suite)
  return (process.env.LOGFLOW_TEST_ES !== undefined || canStartElasticsearch(suite, VERSION)) && kafka
}

/** True where both can be started here, to be killed; otherwise the reason has been said. */
export function canKillServers(suite: string): boolean {
  const kafka = canStartKafka(suite)
  return canStartElasticsearch(suite, VERSION) && kafka
}

export interface Ports {
  kafka: number
  elasticsearch: number
}

export async function useServers({kafka, elasticsearch}: Ports): Promise<Servers> {
  const version = process.env.LOGFLOW_TEST_ES === undefined ? VERSION : undefined
  return together(
    () => useKafka(kafka),
    () => useElasticsearch(version, elasticsearch),
  )
}

/** Servers that may be killed; of several brokers each topic has three replicas, two of which must have what is sent. */
export async function startServers({kafka, elasticsearch, brokers = 1}: Ports & {brokers?: number}): Promise<Servers> {
  return together(
    () => startKafka({port: kafka, brokers}),
    () => useElasticsearch(VERSION, elasticsearch),
  )
}

async function together(
  openKafka: () => Promise<RunningKafka>,
  openElasticsearch: () => Promise<RunningElasticsearch>,
): Promise<Servers> {
  const kafka = await openKafka()
  const elasticsearch = await openElasticsearch().catch(async (error: unknown) => {
    await kafka.stop()
    throw error
  })
  let runs = 0
  return {
    kafka,
    elasticsearch,
    environment() {
      const run = `faults-${process.pid}-${Date.now().toString(36)}-${++runs}`
      return {
        KAFKA_BOOTSTRAP_SERVERS: kafka.addresses.join(','),
        ELASTICSEARCH_HOSTS: elasticsearch.url,
        LOGFLOW_TOPIC: run,
        LOGFLOW_GROUP: run,
        LOGFLOW_ELASTICSEARCH_INDEX: run,
      }
    },
    async stop() {
      await elasticsearch.stop()
      await kafka.stop()
    },
  }
}
