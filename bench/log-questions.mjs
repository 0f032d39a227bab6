// Ten questions that people ask of their logs, and two of what is rare, over the corpus of corpus.mjs; each with its
// answer, found by looking at every line.

import {closeSync, createReadStream, openSync, readSync, statSync} from 'node:fs'
import {createInterface} from 'node:readline'
import {RARE_WORD} from './corpus.mjs'

const DAY = '2026-01-15'
const LIMIT = 100

/**
 * The questions. `victoriaLogs`: ms that VictoriaLogs 1.26 took for such a one over a million records on two cores.
 * `matches(line)` or `tally()`, which takes lines and gives the answer; `rg`: what ripgrep is asked, where that prints
 * the same records.
 */
export function logQuestions({path, traces}) {
  const [trace] = traces
  const once = someId(path)
  return [
    {
      figure: 'one trace',
      query: `trace_id:${trace}`,
      victoriaLogs: 19,
      matches: (line) => line.trace_id === trace,
      rg: [trace],
    },
    {
      figure: 'errors of a service in 15 min',
      query: 'level:error service:payment',
      since: `${DAY}T12:00:00.000Z`,
      until: `${DAY}T12:15:00.000Z`,
      victoriaLogs: 2,
      matches: ({level, service, ts}) =>
        level === 'error' && service === 'payment' && ts >= `${DAY}T12:00` && ts < `${DAY}T12:15`,
    },
    {figure: 'last 100', query: '', victoriaLogs: 220, matches: () => true},
    {
      figure: 'common word, newest 100',
      query: 'completed',
      victoriaLogs: 129,
      matches: ({message}) => /\bcompleted\b/.test(message),
    },
    {
      figure: 'rare word',
      query: once,
      victoriaLogs: 21,
      aim: 30,
      matches: ({message}) => message.includes(once),
      rg: [once],
    },
    {
      figure: 'rare word, all over',
      query: RARE_WORD,
      matches: ({message}) => message.includes(RARE_WORD),
      rg: [RARE_WORD],
    },
    {figure: 'word of no record', query: 'nosuchword', matches: () => false},
    {
      figure: 'phrase, newest 100',
      query: '"retrying the payment provider"',
      victoriaLogs: 144,
      matches: ({message}) => message.includes('retrying the payment provider,'),
    },
    {
      figure: 'regex, newest 100',
      query: '/u[0-9]+ with [0-9]{3} items/',
      victoriaLogs: 13,
      matches: ({message}) => /u[0-9]+ with [0-9]{3} items/.test(message),
    },
    {
      figure: 'level per 5 minutes',
      query: '',
      aggregate: {by: 'level', every: {ms: 300_000, origin: 0}},
      victoriaLogs: 48,
      tally: countLevels,
    },
    {
      figure: 'top 10 error messages',
      query: 'level:error',
      aggregate: {by: 'message', top: 10},
      victoriaLogs: 51,
      tally: countErrors,
    },
    {
      figure: 'p95 by service',
      query: '',
      aggregate: {by: 'service', percentiles: [95]},
      victoriaLogs: 165,
      tally: collectDurations,
    },
  ].map((question) => ({limit: LIMIT, ...question}))
}

/** The answer of each question: the newest matches, oldest first, as `time message`; or what a tally comes to. */
export async function expectedAnswers(questions, path) {
  const tallies = questions.map(({matches, tally}) => (tally ? tally() : keepNewest(matches)))
  for await (const text of createInterface({input: createReadStream(path)})) {
    const line = JSON.parse(text)
    for (const tally of tallies) tally.take(line)
  }
  return tallies.map((tally) => tally.answer())
}

/** What an answer of the store says, in the words of an expected one. */
export function saidBy({aggregate}, answer) {
  if (!aggregate) return answer
  if (aggregate.every) return answer.map(({key, start, count}) => `${start} ${key} ${count}`).sort()
  if (aggregate.top) return answer.map(({key, count}) => `${count} ${key}`).sort()
  return answer.map(({key, durations}) => `${key} ${durations.percentiles[0]}`).sort()
}

function keepNewest(matches) {
  let kept = []
  return {
    take(line) {
      if (!matches(line)) return
      kept.push(`${line.ts} ${line.message}`)
      if (kept.length >= 50 * LIMIT) kept = kept.slice(-LIMIT)
    },
    answer: () => kept.slice(-LIMIT),
  }
}

function countLevels() {
  const counts = new Map()
  return {
    take({ts, level}) {
      const time = Date.parse(ts)
      const key = `${time - (time % 300_000)} ${level.toUpperCase()}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    },
    answer: () => [...counts].map(([key, count]) => `${key} ${count}`).sort(),
  }
}

function countErrors() {
  const counts = new Map()
  return {
    take({level, message}) {
      if (level === 'error') counts.set(message, (counts.get(message) ?? 0) + 1)
    },
    answer: () =>
      [...counts]
        .sort(([m, a], [n, b]) => b - a || (m < n ? -1 : 1))
        .slice(0, 10)
        .map(([message, count]) => `${count} ${message}`)
        .sort(),
  }
}

function collectDurations() {
  const durations = new Map()
  return {
    take({service, duration_ms: ms}) {
      if (ms === undefined) return
      if (!durations.has(service)) durations.set(service, [])
      durations.get(service).push(ms)
    },
    answer: () =>
      [...durations]
        .map(([service, all]) => `${service} ${all.sort((a, b) => a - b)[Math.ceil(0.95 * all.length) - 1]}`)
        .sort(),
  }
}

/** An order's id out of the middle of the corpus: it is in a record or two. */
function someId(path) {
  const bytes = Buffer.alloc(1 << 20)
  const file = openSync(path, 'r')
  readSync(file, bytes, 0, bytes.length, Math.floor(statSync(path).size * 0.61))
  closeSync(file)
  return /"order (ord_[0-9a-f]{8}) created/.exec(bytes.toString('latin1'))[1]
}
