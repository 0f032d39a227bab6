// The sockets under kafkajs: kept in hand, so that closing the bus leaves none behind, and looked at once, so that a
// port where something else answers is told from a broker that does not.

import {connect, isIP, type Socket} from 'node:net'
import {type ConnectionOptions, connect as connectTls} from 'node:tls'
import type {ISocketFactoryArgs} from 'kafkajs'

const KEEP_ALIVE_MS = 60_000

export class Sockets {
  readonly #open = new Set<Socket>()
  #stranger: string | undefined

  /** What answered that was no Kafka, once seen. */
  get stranger(): string | undefined {
    return this.#stranger
  }

  /** Given to kafkajs as its `socketFactory`. */
  readonly make = ({host, port, ssl, onConnect}: ISocketFactoryArgs): Socket => {
    const name = isIP(host) ? {} : {servername: host}
    const socket = ssl
      ? connectTls({host, port, ...name, ...(ssl as ConnectionOptions)}, onConnect)
      : connect({host, port, noDelay: true}, onConnect)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    socket.once('data', (first: Buffer) => {
      const known = strangerIn(first)
      if (known === undefined) return
      this.#stranger = `${host}:${port} ${known}`
      socket.destroy(new Error(this.#stranger))
    })
    return socket
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy()
  }
}

/** Tells from the first bytes of an answer who gave it; a Kafka answer begins with its length. */
export function strangerIn(first: Buffer): string | undefined {
  if (first.subarray(0, 5).toString('latin1') === 'HTTP/') return 'is an HTTP server, not a Kafka broker'
  // a TLS alert, version 3.x
  if (first[0] === 0x15 && first[1] === 0x03) return 'talks TLS: set kafka.ssl to true'
  if (/^(SSH-|220 |\+OK|-ERR)/.test(first.subarray(0, 5).toString('latin1'))) return 'is not a Kafka broker'
  return undefined
}
