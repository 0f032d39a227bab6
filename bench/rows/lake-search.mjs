import {RARE_WORD} from '../corpus.mjs'
import {isInstalled, measure, startUp} from '../measure.mjs'
import {alternate, median} from '../statistics.mjs'

export const title = 'search in the embedded store, each a new process'

const ROUNDS_A_RUN = 3

/** `ours` and `peer` answer the same question; `key` of both must come to the same list. */
function questions(trace, path) {
  return [
    {
      figure: 'search --trace-id',
      ours: ['search', '--trace-id', trace],
      peer: ['rg', ['--no-filename', trace, path]],
      aim: 200,
    },
    {figure: 'search, last 100', ours: ['search'], peer: ['tail', ['-n', '100', path]]},
    {figure: 'search for a rare word', ours: ['search', RARE_WORD], peer: ['rg', ['--no-filename', RARE_WORD, path]]},
    {
      figure: 'search errors of a service, newest 100',
      ours: ['search', 'service:payment level:error'],
      peer: ['sh', ['-c', `tac '${path}' | rg -m 100 '"level":"error","service":"payment"' | tac`]],
    },
  ]
}

export async function run(context) {
  const [node, bin] = context.logflow
  const {path, traces} = context.corpus()
  const folder = context.folder('search')
  await measure(node, [bin, 'ship', path, '--data-dir', folder])
  const figures = []
  const leftOut = []
  for (const {figure, ours, peer, aim} of questions(traces[0], path)) {
    const args = [bin, ...ours, '--data-dir', folder, '-o', 'jsonl', '--limit', '100']
    const [command, words] = peer
    const hasPeer = isInstalled('rg') || command === 'tail'
    if (!hasPeer) leftOut.push({what: `peer of ${figure}`, why: 'rg is not installed'})
    const ask = () => startUp(node, args)
    const askPeer = () => (hasPeer ? startUp(command, words) : undefined)
    const answer = keys(ask().stdout)
    const expected = askPeer()?.stdout
    if (answer.length === 0) throw new Error(`${figure}: nothing found`)
    if (expected !== undefined) same(figure, answer, keys(expected))
    const [mine, others] = await alternate(
      ROUNDS_A_RUN * context.runs,
      () => ask().ms,
      () => askPeer()?.ms ?? 0,
    )
    const {rss, cpu} = await measure(node, args)
    figures.push({
      figure,
      unit: 'ms',
      ours: {...spread(mine), rss, cpu},
      peer: hasPeer ? {name: command === 'sh' ? 'tac, rg' : command, ...spread(others)} : undefined,
      aim: aim && {text: `≤ ${aim} ms`, met: median(mine) <= aim},
    })
  }
  return {figures, leftOut}
}

/** What identifies a record on both sides: its time and message. */
function keys(output) {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map((record) => `${record['@timestamp'] ?? record.ts} ${record.message}`)
}

function same(figure, ours, expected) {
  if (ours.length !== expected.length) throw new Error(`${figure}: ${ours.length} found instead of ${expected.length}`)
  const at = expected.findIndex((key, i) => key !== ours[i])
  if (at !== -1) throw new Error(`${figure}: record ${at} is "${ours[at]}" instead of "${expected[at]}"`)
}

function spread(times) {
  return {value: median(times), low: Math.min(...times), high: Math.max(...times)}
}
