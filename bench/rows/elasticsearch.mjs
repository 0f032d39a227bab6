import {join} from 'node:path'
import {measure} from '../measure.mjs'
import {recordBulk} from '../peers/record-bulk.mjs'
import {server, serverMissing} from '../servers.mjs'
import {alternate, summary} from '../statistics.mjs'

export const title = 'file to searchable in Elasticsearch, beside sending the very same bodies ready-made'

const VARIABLE = 'LOGFLOW_BENCH_ES'
const AIM = 0.8

export function missing() {
  return serverMissing(VARIABLE)
}

export async function run(context) {
  const {records, runs, root} = context
  const [node, bin] = context.logflow
  const {path} = context.corpus()
  const url = await server(context, {variable: VARIABLE, script: 'elasticsearch.sh'})
  const index = `bench-${process.pid}`
  const ship = (to) =>
    measure(node, [bin, 'ship', path, '--store', 'elasticsearch', '--data-dir', context.folder('elastic')], {
      env: {ELASTICSEARCH_HOSTS: to, LOGFLOW_ELASTICSEARCH_INDEX: index, LOGFLOW_ELASTICSEARCH_REPLICAS: '0'},
    })

  // Warms the server up, and keeps the bodies.
  const bodies = context.folder('bodies')
  const recorder = await recordBulk(url, bodies)
  try {
    await ship(recorder.url)
  } finally {
    await recorder.close()
  }
  await check(url, index, records)

  const ours = async () => {
    await clear(url, index)
    const measured = await ship(url)
    await check(url, index, records)
    return measured
  }
  const raw = async () => {
    await clear(url, index)
    const measured = await measure(node, [join(root, 'bench/peers/replay-bulk.mjs'), bodies, url, `${index}-*`])
    await check(url, index, records)
    return measured
  }
  try {
    const [mine, peers] = await alternate(runs, ours, raw)
    const own = summary(mine, ({seconds}) => records / seconds)
    const peer = {name: 'raw bodies', ...summary(peers, ({seconds}) => records / seconds)}
    const aim = {text: `≥ ${AIM} of raw`, met: own.value / peer.value >= AIM}
    return {figures: [{figure: 'file → Elasticsearch', unit: 'records/s', ours: own, peer, aim}]}
  } finally {
    await clear(url, index)
  }
}

async function check(url, index, records) {
  const {count} = await call(url, 'GET', `/${index}-*/_count`)
  if (count !== records) throw new Error(`${count} documents searchable instead of ${records}`)
}

/** Removes the indices by name: a wildcard may be forbidden there. */
async function clear(url, index) {
  const names = Object.keys(await call(url, 'GET', `/${index}-*`))
  for (const name of names) await call(url, 'DELETE', `/${name}`)
}

async function call(url, method, path) {
  const answer = await fetch(new URL(path, url), {method})
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 300)}`)
  return JSON.parse(text)
}
