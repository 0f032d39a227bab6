// What many users do at the same time, evenly paced: posting lines, searching, asking for figures, following the tail.

import {setTimeout as sleep} from 'node:timers/promises'

const LINES_A_POST = 100
const PATIENCE_MS = 60_000
const MOST_TRIES = 240

/** Shared by all: what was asked and answered, and what is away now. */
export class Tally {
  away = 'nothing'
  /** `<what is away> <kind> <status or error>` → requests. */
  counts = new Map()
  /** By kind and what is away, ms of some thousands of answers. */
  times = new Map()
  /** Lines that the server has acknowledged. */
  acknowledged = 0
  posted = 0

  count(away, kind, outcome, ms) {
    const key = `${away} ${kind} ${outcome}`
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1)
    const name = `${kind} while ${away} is away`
    const times = this.times.get(name) ?? []
    times[Math.floor(times.length < 5_000 ? times.length : Math.random() * 5_000)] = ms
    this.times.set(name, times)
  }

  slowest(name, part) {
    const sorted = [...(this.times.get(name) ?? [])].sort((a, b) => a - b)
    return sorted[Math.floor(part * (sorted.length - 1))] ?? 0
  }
}

/** One request; its outcome is counted under what was away when it began or ended. */
async function ask(tally, kind, url, init) {
  const before = tally.away
  const began = performance.now()
  const outcome = await fetch(url, {...init, signal: AbortSignal.timeout(PATIENCE_MS)})
    .then(async (response) => {
      await response.arrayBuffer()
      return response.status
    })
    .catch((error) => `${error.cause?.code ?? error.name}`)
  tally.count(tally.away === 'nothing' ? before : tally.away, kind, outcome, performance.now() - began)
  return outcome
}

/** `work`, so many times a second at most, until the signal. */
async function paced(perSecond, signal, work) {
  for (let next = performance.now(); !signal.aborted; ) {
    await work()
    next = Math.max(next + 1_000 / perSecond, performance.now() - 1_000)
    await sleep(Math.max(0, next - performance.now()))
  }
}

/** Posts lines numbered one after another; one that is not acknowledged is sent again with the same key. */
export function poster(base, tally, {token, linesPerSecond, signal}) {
  return paced(linesPerSecond / LINES_A_POST, signal, async () => {
    const first = tally.posted
    tally.posted += LINES_A_POST
    const lines = Array.from({length: LINES_A_POST}, (_, n) => JSON.stringify(recordOf(first + n)))
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/x-ndjson',
      'idempotency-key': `soak-${first}`,
    }
    const init = {method: 'POST', headers, body: lines.join('\n')}
    for (let tries = 0; (await ask(tally, 'post', `${base}/api/v1/logs`, init)) !== 202; tries++) {
      if (tries > MOST_TRIES) throw new Error('a post was not taken for minutes')
      await sleep(500)
    }
    tally.acknowledged += LINES_A_POST
  })
}

function recordOf(n) {
  return {
    timestamp: new Date().toISOString(),
    level: n % 50 === 0 ? 'error' : 'info',
    service: `soak-${n % 5}`,
    trace_id: Math.floor(n / 7)
      .toString(16)
      .padStart(32, '0'),
    message: `soak ${n} request to /api/orders/${n % 1_000} completed`,
    duration_ms: (n * 7) % 400,
  }
}

export function searcher(base, tally, signal) {
  let n = 0
  return paced(5, signal, () => {
    const trace = Math.floor(Math.random() * (tally.acknowledged / 7))
    const asked = [
      `trace_id=${trace.toString(16).padStart(32, '0')}`,
      'query=level:error&limit=50',
      `query=%22orders ${Math.floor(Math.random() * 1_000)}%22&limit=20`,
    ]
    return ask(tally, 'search', `${base}/api/v1/logs/search?${asked[n++ % asked.length]}`)
  })
}

export function watcher(base, tally, signal) {
  const paths = ['overview', 'system', 'timeseries?interval=5m', 'service/soak-1']
  let n = 0
  return paced(40, signal, () => ask(tally, 'metrics', `${base}/api/v1/metrics/${paths[n++ % paths.length]}`))
}

/** Follows all that arrives, and comes back with its place where it is cut. `seen` has how often each number came. */
export class Reader {
  seen = new Uint8Array(1 << 20)
  records = 0
  cuts = 0
  gaps = 0
  #place
  #buffer = ''

  async follow(base, signal) {
    while (!signal.aborted) {
      try {
        const headers = this.#place === undefined ? {} : {'last-event-id': this.#place}
        const response = await fetch(`${base}/api/v1/logs/stream`, {headers, signal})
        this.#buffer = ''
        if (response.status !== 200) throw new Error(`${response.status}`)
        const decoder = new TextDecoder()
        for await (const chunk of response.body) this.#take(decoder.decode(chunk, {stream: true}))
      } catch {
        if (signal.aborted) return
      }
      this.cuts += 1
      await sleep(500)
    }
  }

  /** How many of the first `count` numbers came, and how often one came again. */
  account(count) {
    let came = 0
    let again = 0
    for (let n = 0; n < count; n++) {
      if (this.seen[n] > 0) came += 1
      if (this.seen[n] > 1) again += this.seen[n] - 1
    }
    return {came, again}
  }

  #take(text) {
    this.#buffer += text
    const events = this.#buffer.split('\n\n')
    this.#buffer = events.pop()
    for (const event of events) this.#read(event)
  }

  #read(event) {
    const fields = new Map(event.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)))
    if (fields.has('id')) this.#place = fields.get('id')
    if (fields.get('event') === 'gap') this.gaps += 1
    if (fields.get('event') !== 'record') return
    this.records += 1
    const n = Number(/^soak (\d+) /.exec(JSON.parse(fields.get('data')).message)?.[1])
    if (n >= this.seen.length) {
      const larger = new Uint8Array(2 * n)
      larger.set(this.seen)
      this.seen = larger
    }
    if (this.seen[n] < 255) this.seen[n] += 1
  }
}
