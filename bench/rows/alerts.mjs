import {createReadStream, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {build} from 'esbuild'
import {bundleOptions} from '../../tools/build-options.mjs'
import {alertRules} from '../alert-rules.mjs'
import {measure} from '../measure.mjs'
import {server, serverMissing} from '../servers.mjs'
import {median} from '../statistics.mjs'

export const title = '500 alert rules evaluated once, and one rule replayed over a day'

const RULES = 500
const VARIABLE = 'LOGFLOW_BENCH_ES'
/** Of the rule that is replayed, in warm-alerts.mjs. */
const [THRESHOLD, WINDOW_MINUTES, DAY_MINUTES] = [20, 5, 1_440]

/** On both stores, where both can be had; beside it the same rules one after the other. */
export async function run(context) {
  const [node, bin] = context.logflow
  const corpus = context.corpus()
  context.say('  looking at every line, for the alerts of a day')
  const expected = await openingsOf(corpus.path)
  const folder = context.folder('alerts')
  await measure(node, [bin, 'ship', corpus.path, '--data-dir', folder])
  const figures = await figuresOf(context, 'embedded store', {dir: join(folder, 'lake')}, expected)
  const missing = serverMissing(VARIABLE)
  if (missing) return {figures, leftOut: [{what: 'Elasticsearch', why: missing}]}
  const url = await server(context, {variable: VARIABLE, script: 'elasticsearch.sh'})
  const index = `bench-alerts-${process.pid}`
  const env = {ELASTICSEARCH_HOSTS: url, LOGFLOW_ELASTICSEARCH_INDEX: index, LOGFLOW_ELASTICSEARCH_REPLICAS: '0'}
  const home = context.folder('elastic')
  try {
    await measure(node, [bin, 'ship', corpus.path, '--store', 'elasticsearch', '--data-dir', home], {env})
    figures.push(...(await figuresOf(context, 'Elasticsearch', {nodes: [url], index}, expected)))
  } finally {
    await clear(url, index)
  }
  return {figures}
}

async function figuresOf(context, name, place, expected) {
  const {outputFiles} = await build(bundleOptions('bench/warm-alerts.mjs'))
  const script = join(context.root, '.cache/bench/warm-alerts.cjs')
  writeFileSync(script, outputFiles[0].text)
  const args = [script, JSON.stringify(place), JSON.stringify(alertRules(RULES)), String(context.runs)]
  const {stdout, rss} = await measure(context.logflow[0], args)
  const {together, single, replayed, opened} = JSON.parse(stdout)
  if (opened !== expected) throw new Error(`${name}: ${opened} alerts in the replay instead of ${expected}`)
  return [
    {
      figure: `${RULES} alert rules, ${name}`,
      unit: 'ms',
      ours: {...spread(together), rss},
      peer: {name: 'one by one', ...spread(single)},
      aim: {text: '< 5,000', met: median(together) < 5_000},
    },
    {
      figure: `one rule over 24 h, ${name}`,
      unit: 'ms',
      ours: spread(replayed),
      aim: {text: '< 10,000', met: median(replayed) < 10_000},
    },
  ]
}

/** How often a service comes to have more errors in the last minutes than the threshold, at whole minutes of the day. */
async function openingsOf(path) {
  const errors = new Map()
  for await (const text of createInterface({input: createReadStream(path)})) {
    const {ts, level, service} = JSON.parse(text)
    if (level !== 'error') continue
    const minutes = errors.get(service) ?? new Array(DAY_MINUTES).fill(0)
    minutes[Math.floor((Date.parse(ts) / 60_000) % DAY_MINUTES)]++
    errors.set(service, minutes)
  }
  let opened = 0
  for (const minutes of errors.values()) {
    let held = false
    for (let at = 1; at <= DAY_MINUTES; at++) {
      const holds = minutes.slice(Math.max(0, at - WINDOW_MINUTES), at).reduce((a, b) => a + b, 0) > THRESHOLD
      if (holds && !held) opened++
      held = holds
    }
  }
  return opened
}

/** Removes the indices by name: a wildcard may be forbidden there. */
async function clear(url, index) {
  const answer = await fetch(new URL(`/${index}-*`, url))
  for (const name of Object.keys(await answer.json())) await fetch(new URL(`/${name}`, url), {method: 'DELETE'})
}

function spread(values) {
  return {value: median(values), low: Math.min(...values), high: Math.max(...values)}
}
