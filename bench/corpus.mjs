// The input of the benches: JSON lines of eight services over one day, in order of time, about 294 bytes each. Traces
// of 3 to 12 records lie interleaved; 2 % are errors with a stack; one record in 100,000 holds a rare word. The same
// count and seed give the same bytes.
//   node bench/corpus.mjs --records 1000000 --out corpus.ndjson

import {closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {parseArgs} from 'node:util'

/** In the name of the file: a new one when what is written below changes. */
const VERSION = 1
const DAY_MS = 86_400_000
const START = Date.UTC(2026, 0, 15)
const LIVE_TRACES = 400
export const RARE_WORD = 'flibbertigibbet'

const SERVICES = [
  ['gateway', 26],
  ['catalogue', 18],
  ['orders', 14],
  ['auth', 12],
  ['inventory', 11],
  ['payment', 9],
  ['search', 6],
  ['mail', 4],
]
const METHODS = ['GET', 'GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE']
const ROUTES = [
  '/api/orders/#',
  '/api/products/#',
  '/api/cart/items',
  '/api/checkout',
  '/api/login',
  '/api/search',
  '/api/users/#',
]
const GOOD = [200, 200, 200, 200, 201, 204, 304, 404]
const BAD = [500, 502, 503, 504, 409]

/** `#` is a number, `@` an id, `*` an address. */
const MESSAGES = {
  info: [
    'request to /api/orders completed in # ms',
    'order @ created for user u# with # items',
    'payment for order @ captured, # EUR cents',
    '# items of sku-# reserved in warehouse fra-2',
    'user u# signed in from *',
    'search answered with # hits in # ms',
    'mail order_confirmed queued for user u#',
    'event order.created published to partition # at offset #',
    'profile of user u# served from replica #',
    'invoice @ written for order @',
  ],
  debug: [
    'cache hit for key product:#',
    'cache miss for key user:u#',
    'select from stock took # ms, # rows',
    'connection # taken from the pool after # ms',
    'body of # bytes parsed in # ms',
    'token with kid @ verified',
    'rate limiter has # tokens left for *',
    'span batch of # exported',
  ],
  trace: ['handler frame # entered', 'handler frame # left', 'lock on shard # taken', 'buffer of # bytes flushed'],
  warn: [
    'slow query took # ms on table orders',
    'retrying the payment provider, attempt #',
    'connection pool near its limit, # of 40 in use',
    'rate limit exceeded for client *',
    'only # of sku-# left in stock',
    'message on partition # redelivered at offset #',
  ],
}
const FAILURES = [
  ['TimeoutError', 'payment provider did not answer in # ms'],
  ['ConnectionError', 'connect ECONNREFUSED *:5432'],
  ['ValidationError', 'quantity of order @ is out of range'],
  ['PaymentDeclinedError', 'card declined for order @'],
  ['DeadlockError', 'deadlock while updating stock of sku-#'],
  ['OutOfStockError', 'sku-# is sold out, # wanted'],
]
const FUNCTIONS = ['handle', 'placeOrder', 'reserve', 'charge', 'verify', 'query', 'dispatch']

/** Makes a corpus once, keeps it in a folder, and returns {path, records, bytes, traces}. */
export function openCorpus({records, seed = 1, folder}) {
  const path = join(folder, `corpus-${VERSION}-${seed}-${records}.ndjson`)
  const facts = `${path}.json`
  if (!existsSync(facts)) writeCorpus({records, seed, path})
  return {path, ...JSON.parse(readFileSync(facts, 'utf8'))}
}

function writeCorpus({records, seed, path}) {
  mkdirSync(dirname(path), {recursive: true})
  const corpus = new Corpus(seed)
  const file = openSync(`${path}.part`, 'w')
  const traces = []
  let text = ''
  let bytes = 0
  for (let i = 0; i < records; i++) {
    const {line, traceId} = corpus.next(i, records)
    text += `${line}\n`
    if (i === Math.floor(records * 0.37) || i === Math.floor(records * 0.93)) traces.push(traceId)
    if (text.length < 1 << 22 && i < records - 1) continue
    bytes += writeSync(file, Buffer.from(text, 'latin1'))
    text = ''
  }
  closeSync(file)
  renameSync(`${path}.part`, path)
  writeFileSync(`${path}.json`, JSON.stringify({records, bytes, traces}))
}

class Corpus {
  #random
  #live
  #second = Number.NaN
  #prefix = ''
  #services = SERVICES.flatMap(([name, weight]) => Array(weight).fill(name))

  constructor(seed) {
    this.#random = mulberry32(seed)
    this.#live = Array.from({length: LIVE_TRACES}, () => this.#newTrace())
  }

  next(i, records) {
    const at = this.#below(LIVE_TRACES)
    const trace = this.#live[at]
    if (--trace.left === 0) this.#live[at] = this.#newTrace()
    const level = this.#level()
    const service = this.#pick(this.#services)
    const failure = level === 'error' ? this.#pick(FAILURES) : undefined
    let message = this.#fill(failure ? failure[1] : this.#pick(MESSAGES[level]))
    if (i % 100_000 === Math.min(54_321, records >> 1)) message += ` ${RARE_WORD}`
    const time = this.#time(START + Math.floor(((i + this.#random()) * DAY_MS) / records))
    let line = `{"ts":"${time}","level":"${level}","service":"${service}","host":"${service}-7d9f-${this.#below(4)}"`
    line += `,"message":"${message}","trace_id":"${trace.id}","request_id":"${trace.request}"`
    if (this.#random() < 0.6) line += this.#http(trace, failure !== undefined)
    if (failure) line += `,"error":{"name":"${failure[0]}","stack":"${this.#stack(failure[0], message)}"}`
    return {line: `${line}}`, traceId: trace.id}
  }

  #newTrace() {
    return {
      id: this.#hex(32),
      request: `request-${this.#hex(8)}-${this.#hex(8)}`,
      left: 3 + this.#below(10),
      method: this.#pick(METHODS),
      route: this.#pick(ROUTES),
    }
  }

  #level() {
    const x = this.#random()
    if (x < 0.02) return 'error'
    if (x < 0.07) return 'warn'
    if (x < 0.77) return 'info'
    return x < 0.97 ? 'debug' : 'trace'
  }

  #http({method, route}, failed) {
    const path = route.replace('#', String(1000 + this.#below(90_000)))
    const took = this.#below(failed ? 30_000 : 4000)
    const status = this.#pick(failed ? BAD : GOOD)
    return `,"http":{"method":"${method}","path":"${path}","status":${status}},"duration_ms":${took / 10}`
  }

  #stack(name, message) {
    let text = `${name}: ${message}`
    for (let n = 3 + this.#below(4); n > 0; n--) {
      text += `\\n    at ${this.#pick(FUNCTIONS)} (/app/src/${this.#pick(FUNCTIONS)}.js:${1 + this.#below(400)}:${1 + this.#below(80)})`
    }
    return text
  }

  #fill(template) {
    return template.replace(/[#@*]/g, (mark) => {
      if (mark === '#') return String(1 + this.#below(9000))
      if (mark === '@') return `ord_${this.#hex(8)}`
      return `10.${this.#below(256)}.${this.#below(256)}.${this.#below(256)}`
    })
  }

  #time(ms) {
    const second = Math.floor(ms / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#prefix = new Date(second * 1000).toISOString().slice(0, 20)
    }
    return `${this.#prefix}${String(ms - second * 1000).padStart(3, '0')}Z`
  }

  #hex(digits) {
    let text = ''
    for (let i = 0; i < digits; i += 8)
      text += Math.floor(this.#random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')
    return text
  }

  #below(n) {
    return Math.floor(this.#random() * n)
  }

  #pick(list) {
    return list[Math.floor(this.#random() * list.length)]
  }
}

/** A small generator of numbers from 0 to 1, the same everywhere. */
function mulberry32(seed) {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const {values} = parseArgs({
    options: {
      records: {type: 'string', default: '1000000'},
      seed: {type: 'string', default: '1'},
      out: {type: 'string'},
    },
  })
  if (!values.out) throw new Error('--out FILE is missing')
  writeCorpus({records: Number(values.records), seed: Number(values.seed), path: values.out})
}
