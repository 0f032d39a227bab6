import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {measure, startUp} from '../measure.mjs'
import {summary} from '../statistics.mjs'

export const title = 'trace of 10,000 records: spans made out and drawn, after the query'

const RECORDS = 10_000
const AIM_MS = 300

/** Made-up requests as one trace: with their span ids, and with nothing but one correlation id. */
export async function run({logflow: [node, bin], runs, folder}) {
  const home = folder('trace')
  mkdirSync(home, {recursive: true})
  const all = join(home, 'all.log')
  // A third of the lines belongs to no request.
  const args = [
    'generate',
    '--count',
    String(2 * RECORDS),
    '--rate',
    '200',
    '--seed',
    '1',
    '--start',
    '2026-01-01T00:00:00Z',
  ]
  startUp(node, [bin, ...args, '--to', all, '--quiet'])
  const lines = readFileSync(all, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"correlation_id"'))
    .slice(0, RECORDS)
  if (lines.length !== RECORDS) throw new Error(`${lines.length} lines of requests instead of ${RECORDS}`)
  const withIds = lines.map((line) => line.replace(/"trace_id":"[^"]*"/, '"trace_id":"one"'))
  const without = lines.map((line) =>
    line
      .replace(/,"(trace_id|span_id|parent_span_id|request_id)":"[^"]*"/g, '')
      .replace(/"correlation_id":"[^"]*"/, '"correlation_id":"one"'),
  )
  return {
    figures: [
      await drawn('trace, 10,000 records with span ids', withIds),
      await drawn('trace, 10,000 records, correlation id alone', without),
    ],
  }

  async function drawn(figure, chosen) {
    const path = join(home, 'one.log')
    writeFileSync(path, `${chosen.join('\n')}\n`)
    const measured = []
    for (let i = 0; i < runs; i++) {
      const command = [bin, 'trace', 'one', '--file', path, '-o', 'pretty', '--verbose']
      const result = await measure(node, command)
      const ms = Number(/^10,000 records drawn in ([\d,]+) ms/m.exec(result.stderr)?.[1]?.replace(',', ''))
      if (!(ms >= 0)) throw new Error(`no time of drawing in: ${result.stderr}`)
      if (!result.stdout.includes('10,000 records')) throw new Error('not all records are in the picture')
      measured.push({...result, ms})
    }
    const ours = summary(measured, ({ms}) => ms)
    return {figure, unit: 'ms', ours, aim: {text: `< ${AIM_MS}`, met: ours.value < AIM_MS}}
  }
}
