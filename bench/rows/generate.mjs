import {createHash} from 'node:crypto'
import {closeSync, createReadStream, openSync} from 'node:fs'
import {join} from 'node:path'
import {measure} from '../measure.mjs'
import {summary} from '../statistics.mjs'

export const title = 'generate to a file through stdout'

const AIM = 200_000

export async function run({logflow: [node, bin], records, runs, folder}) {
  const path = join(folder('generate'), 'shop.log')
  const measured = []
  const sums = new Set()
  for (let i = 0; i < runs; i++) {
    const file = openSync(path, 'w')
    const args = [bin, 'generate', '--count', String(records), '--seed', '1', '--start', '2026-01-01T00:00:00Z']
    measured.push(await measure(node, args, {stdout: file}))
    closeSync(file)
    const {sum, lines} = await digest(path)
    if (lines !== records) throw new Error(`${lines} lines instead of ${records}`)
    sums.add(sum)
  }
  if (sums.size !== 1) throw new Error('the same seed and start gave different bytes')
  const ours = summary(measured, ({seconds}) => records / seconds)
  return {
    figures: [{figure: 'generate', unit: 'lines/s', ours, aim: {text: '≥ 200,000', met: ours.value >= AIM}}],
  }
}

async function digest(path) {
  const hash = createHash('sha256')
  let lines = 0
  for await (const chunk of createReadStream(path, {highWaterMark: 1 << 20})) {
    hash.update(chunk)
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++
  }
  return {sum: hash.digest('hex'), lines}
}
