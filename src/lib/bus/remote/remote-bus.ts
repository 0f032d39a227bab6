// The bus of a logflow server, for those who send to it: units go there over HTTP and are acknowledged once its bus has
// them. What reads units (process, dead letters) runs beside the server.

import {LogflowError} from '../../errors/logflow-error.js'
import {checkProtocol} from '../../remote/check-protocol.js'
import type {Ask, RemoteClient} from '../../remote/client.js'
import {
  API_PREFIX,
  BUS_PATHS,
  type BusAbout,
  type DescribeAnswer,
  PROTOCOL,
  PROTOCOL_HEADER,
} from '../../remote/protocol.js'
import type {Bus, BusConsumer, BusProducer, BusReader, ProducerOptions, TopicState} from '../bus.js'
import {RemoteProducer} from './remote-producer.js'

export interface RemoteBusOptions {
  /**
   * Name of the topic here, where nobody chose it: then it stands for the one that the server processes, whatever that
   * is called there; and so does a name that begins with it (`logs.dlq`).
   */
  ownTopic?: string
  /** The same of the consumer group. */
  ownGroup?: string
}

/** Asks the server what it is. Rejects with SERVER_UNREACHABLE, UNAUTHORISED, or BACKEND_REFUSED for another protocol. */
export async function openRemoteBus(client: RemoteClient, options: RemoteBusOptions = {}): Promise<Bus> {
  const calls = new BusCalls(client)
  const about = await calls.post<BusAbout>(BUS_PATHS.about, {})
  checkProtocol(about, client.url)
  return new RemoteBus(calls, about, options)
}

/** The calls of the protocol that are about the bus. */
export class BusCalls {
  constructor(readonly client: RemoteClient) {}

  post<T>(path: string, body: object, more: Partial<Ask> = {}): Promise<T> {
    const headers = {[PROTOCOL_HEADER]: String(PROTOCOL)}
    const sent = more.raw ? {} : {body}
    return this.client.ask<T>({method: 'POST', path: API_PREFIX + path, headers, repeatable: true, ...sent, ...more})
  }
}

class RemoteBus implements Bus {
  readonly kind = 'remote'
  readonly #calls: BusCalls
  readonly #about: BusAbout
  readonly #options: RemoteBusOptions
  readonly #open = new Set<RemoteProducer>()

  constructor(calls: BusCalls, about: BusAbout, options: RemoteBusOptions) {
    this.#calls = calls
    this.#about = about
    this.#options = options
  }

  async openProducer({topic, key, keep}: ProducerOptions): Promise<BusProducer> {
    if (keep) throw this.#notThere('dead letters are settled')
    if (key !== undefined) {
      throw new LogflowError('NOT_SUPPORTED', 'a message key is not sent to a logflow server', {
        suggestions: ['Leave --key out', 'Send to Kafka itself: --bus HOST:PORT'],
      })
    }
    const producer = new RemoteProducer(this.#calls, this.#topic(topic), () => this.#open.delete(producer))
    this.#open.add(producer)
    return producer
  }

  openConsumer(): Promise<BusConsumer> {
    return Promise.reject(this.#notThere('lines are processed'))
  }

  openReader(): Promise<BusReader> {
    return Promise.reject(this.#notThere('its bus is read'))
  }

  trim(): Promise<void> {
    return Promise.reject(this.#notThere('its bus is trimmed'))
  }

  async expires(topic: string): Promise<boolean> {
    return (await this.#describe(topic)).expires
  }

  async describe(topic: string, group?: string): Promise<TopicState> {
    const {expires: _, ...state} = await this.#describe(topic, group)
    return state
  }

  async version(): Promise<string> {
    const {version, bus} = await this.#calls.post<BusAbout>(BUS_PATHS.about, {})
    return `logflow ${version} at ${this.#calls.client.url}, ${bus}`
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((producer) => producer.close()))
  }

  #describe(topic: string, group?: string): Promise<DescribeAnswer> {
    const {ownGroup} = this.#options
    const named = group !== undefined && group === ownGroup ? this.#about.group : group
    return this.#calls.post(BUS_PATHS.describe(this.#topic(topic)), named === undefined ? {} : {group: named})
  }

  #topic(name: string): string {
    const {ownTopic} = this.#options
    if (ownTopic === undefined || (name !== ownTopic && !name.startsWith(`${ownTopic}.`))) return name
    return this.#about.topic + name.slice(ownTopic.length)
  }

  #notThere(what: string): LogflowError {
    return new LogflowError('NOT_SUPPORTED', `${what} where the server runs, not over ${this.#calls.client.url}`, {
      suggestions: ['Run the command on the machine of the server, without --profile'],
    })
  }
}
