import {spawn} from 'node:child_process'
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {cleanEnv, measure} from '../measure.mjs'
import {summary} from '../statistics.mjs'

export const title = 'file to searchable in the embedded store'

const AIM_RATE = 130_000
const AIM_BYTES = 35

export async function run(context) {
  const {records, runs} = context
  const {path} = context.corpus()
  const alone = []
  const beside = []
  let bytes = 0
  for (let i = 0; i < runs; i++) {
    const folder = context.folder('lake')
    alone.push(await ship(context, path, folder))
    await check(context, folder)
    bytes = sizeOf(join(folder, 'lake'))
    beside.push(await besideProcessor(context, path))
  }
  const ours = summary(alone, ({seconds}) => records / seconds)
  const pair = summary(beside, ({seconds}) => records / seconds)
  const perRecord = bytes / records
  return {
    figures: [
      {figure: 'file → lake, ship alone', unit: 'records/s', ours, aim: atLeast(ours, AIM_RATE)},
      {figure: 'file → lake, beside process', unit: 'records/s', ours: pair, aim: atLeast(pair, AIM_RATE)},
      {
        figure: 'lake on disk',
        unit: 'bytes/record',
        ours: {value: perRecord},
        aim: {text: `≤ ${AIM_BYTES}, ids included`, met: perRecord <= AIM_BYTES},
      },
    ],
    leftOut: [
      {what: 'peer of file → lake', why: 'VictoriaLogs is not installed (129,000 records/s on such a machine)'},
    ],
  }
}

function ship({logflow: [node, bin]}, path, folder) {
  return measure(node, [bin, 'ship', path, '--data-dir', folder])
}

/** The same while a `process` runs, which has been started before the clock. */
async function besideProcessor(context, path) {
  const folder = context.folder('lake')
  const [node, bin] = context.logflow
  const processor = spawn(node, [bin, 'process', '--data-dir', folder], {env: cleanEnv(), stdio: 'ignore'})
  const ended = new Promise((resolve) => processor.once('exit', resolve))
  try {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const shipped = await ship(context, path, folder)
    await check(context, folder)
    const {cpu, rss} = usageOf(processor.pid)
    return {seconds: shipped.seconds, cpu: shipped.cpu + cpu, rss: Math.max(shipped.rss, rss)}
  } finally {
    processor.kill('SIGTERM')
    await ended
  }
}

async function check({logflow: [node, bin], records}, folder) {
  const {stdout} = await measure(node, [bin, 'search', '--count', '--data-dir', folder, '-o', 'json'])
  const {count} = JSON.parse(stdout)
  if (count !== records) throw new Error(`${count} records searchable instead of ${records}`)
}

/** Of a running process, from /proc: seconds of CPU time, bytes. */
function usageOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const rss = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return {cpu: (Number(fields[11]) + Number(fields[12])) / 100, rss: Number(rss?.[1] ?? 0) * 1024}
}

/** What the manifest names: replaced files, which stay ten more minutes for readers, are not counted. */
function sizeOf(folder) {
  const {segments} = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
  const number = (seq) => String(seq).padStart(8, '0')
  const names = segments.map(({seq, parts}) => (parts ? `${number(parts[0].seq)}-${number(seq)}` : number(seq)))
  const kept = new Set(segments.flatMap(({kind}, i) => [`${kind}/${names[i]}`, `words/${names[i]}`]))
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter((name) => kept.has(name.replace(/\.[^/]*$/, '')))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

function atLeast({value}, aim) {
  return {text: `≥ ${aim.toLocaleString('en-US')}`, met: value >= aim}
}
