// Asks a server the same thing over and over, as fast as it answers, on so many connections that stay open; or each of
// several paths in turn. A bare client, so that it is not what is measured.
//   node http-load.mjs LOAD.json, which holds {"port": 8000, "paths": ["/"], "connections": 8, "seconds": 3}
// Prints JSON: {requests, seconds, perSecond, ms: {median, p99, most}, bodies: {length: count}}. Fails at an answer that
// is not 200.

import {readFileSync} from 'node:fs'
import {connect} from 'node:net'

const {port, paths, connections, seconds, warmUp = 0.5} = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const HEADS = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
const SEPARATOR = Buffer.from('\r\n\r\n')

const latencies = []
const bodies = new Map()
let asked = 0
let countFrom = Number.POSITIVE_INFINITY
let until = Number.POSITIVE_INFINITY

/** One connection: the next request when the answer to the last is whole. */
function converse() {
  return new Promise((resolve, reject) => {
    const socket = connect({host: '127.0.0.1', port, noDelay: true})
    let received = Buffer.alloc(0)
    let began = 0
    const ask = () => {
      began = performance.now()
      if (began >= until) return socket.end(resolve)
      socket.write(HEADS[asked++ % HEADS.length])
    }
    socket.on('connect', ask)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed the connection')))
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const end = received.indexOf(SEPARATOR)
      if (end === -1) return
      const head = received.latin1Slice(0, end)
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
      if (!head.startsWith('HTTP/1.1 200 ') || Number.isNaN(length)) return reject(new Error(head))
      if (received.length < end + 4 + length) return
      const now = performance.now()
      if (began >= countFrom) {
        latencies.push(now - began)
        bodies.set(length, (bodies.get(length) ?? 0) + 1)
      }
      received = Buffer.alloc(0)
      ask()
    })
  })
}

const running = Array.from({length: connections}, converse)
countFrom = performance.now() + warmUp * 1000
until = countFrom + seconds * 1000
await Promise.all(running)
latencies.sort((a, b) => a - b)
const at = (part) => latencies[Math.min(latencies.length - 1, Math.floor(part * latencies.length))]
const took = (performance.now() - countFrom) / 1000
process.stdout.write(
  JSON.stringify({
    requests: latencies.length,
    seconds: took,
    perSecond: latencies.length / took,
    ms: {median: at(0.5), p99: at(0.99), most: latencies.at(-1)},
    bodies: Object.fromEntries(bodies),
  }),
)
