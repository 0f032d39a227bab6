import type {AddressInfo} from 'node:net'
import {connect, createServer, type Socket} from 'node:net'

export interface CuttingProxy {
  url: string
  /** Of the answers to come, the first is cut after so many bytes, the next after the second figure, and the rest never. */
  cutAfter(bytes: number[]): void
  /** How many were cut. */
  readonly cuts: number
  close(): Promise<void>
}

/** Passes bytes on to a server, and breaks connections as it is told: a network that fails in the middle of an answer. */
export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const {hostname, port} = new URL(target)
  const plan: number[] = []
  const sockets = new Set<Socket>()
  let cuts = 0
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    let left = Number.POSITIVE_INFINITY
    client.on('data', (chunk) => {
      // A request: the answer to it is the next of the plan.
      left = plan.shift() ?? Number.POSITIVE_INFINITY
      server.write(chunk)
    })
    server.on('data', (chunk) => {
      if (chunk.length <= left) {
        left -= chunk.length
        if (!client.write(chunk)) {
          server.pause()
          client.once('drain', () => server.resume())
        }
        return
      }
      cuts++
      client.write(chunk.subarray(0, left), () => client.destroy())
      server.destroy()
    })
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cutAfter(bytes) {
      plan.splice(0, plan.length, ...bytes)
      cuts = 0
    },
    get cuts() {
      return cuts
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => proxy.close(done))
    },
  }
}
