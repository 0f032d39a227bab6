import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {build} from 'esbuild'
import {bundleOptions} from '../../tools/build-options.mjs'
import {expectedAnswers, logQuestions, saidBy} from '../log-questions.mjs'
import {isInstalled, measure, startUp} from '../measure.mjs'
import {alternate, median} from '../statistics.mjs'

export const title = 'ten questions to the embedded store'

const WARM_ROUNDS = 9
/** What a new process may take beyond the question itself, ms. */
const START = 250

/** Each question of a store that stays open, then of a new process, where ripgrep is asked the same in turn. */
export async function run(context) {
  const [node, bin] = context.logflow
  const corpus = context.corpus()
  const folder = context.folder('search')
  await measure(node, [bin, 'ship', corpus.path, '--data-dir', folder])
  const questions = logQuestions(corpus)
  context.say('  looking at every line, for the answers')
  const expected = await expectedAnswers(questions, corpus.path)
  const warm = await askWarm(context, folder, questions)
  const figures = []
  const leftOut = []
  for (const [i, question] of questions.entries()) {
    same(question.figure, saidBy(question, warm[i].answer), expected[i])
    const value = median(warm[i].times)
    figures.push({
      figure: `${question.figure}, warm`,
      unit: 'ms',
      ours: spread(warm[i].times),
      aim: aimOf(context, question, value),
    })
    if (!question.aggregate) figures.push(await coldFigure(context, folder, question, expected[i], value, leftOut))
  }
  return {figures, leftOut}
}

/** In a process of its own: {answer, first, times} of each question. */
async function askWarm(context, folder, questions) {
  const {outputFiles} = await build(bundleOptions('bench/warm-lake.mjs'))
  const script = join(context.root, '.cache/bench/warm-lake.cjs')
  writeFileSync(script, outputFiles[0].text)
  const asked = questions.map(({query, since, until, limit, aggregate}) => ({query, since, until, limit, aggregate}))
  const rounds = String(WARM_ROUNDS * context.runs)
  const {stdout} = await measure(context.logflow[0], [script, join(folder, 'lake'), JSON.stringify(asked), rounds])
  return JSON.parse(stdout)
}

/** VictoriaLogs's time for a million records; for what is rare, a bound however large the store has grown. */
function aimOf({records}, {victoriaLogs, aim}, value) {
  if (victoriaLogs !== undefined && records <= 1_000_000)
    return {text: `≤ ${victoriaLogs} ms, VictoriaLogs`, met: value <= victoriaLogs}
  return aim === undefined ? undefined : {text: `≤ ${aim} ms`, met: value <= aim}
}

async function coldFigure(context, folder, question, expected, warm, leftOut) {
  const [node, bin] = context.logflow
  const {figure, query, since, until, limit, rg} = question
  const times = [...(since ? ['--since', since] : []), ...(until ? ['--until', until] : [])]
  const args = [bin, 'search', query, ...times, '--limit', String(limit), '--data-dir', folder, '-o', 'jsonl']
  const {path} = context.corpus()
  const hasPeer = rg !== undefined && isInstalled('rg')
  if (rg && !hasPeer) leftOut.push({what: `peer of ${figure}`, why: 'rg is not installed'})
  const peer = () => (hasPeer ? startUp('rg', ['--no-filename', '--fixed-strings', ...rg, path]) : undefined)
  same(figure, keys(startUp(node, args).stdout), expected)
  const printed = peer()?.stdout
  if (printed !== undefined) same(`${figure}, rg`, keys(printed).slice(-limit), expected)
  const [mine, others] = await alternate(
    context.runs,
    () => startUp(node, args).ms,
    () => peer()?.ms ?? 0,
  )
  const {rss, cpu} = await measure(node, args)
  const value = median(mine)
  return {
    figure: `${figure}, new process`,
    unit: 'ms',
    ours: {...spread(mine), rss, cpu},
    peer: hasPeer ? {name: 'rg', ...spread(others)} : undefined,
    aim: {text: `≤ warm + ${START} ms`, met: value <= warm + START},
  }
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
  if (at !== -1) throw new Error(`${figure}: entry ${at} is "${ours[at]}" instead of "${expected[at]}"`)
}

function spread(times) {
  return {value: median(times), low: Math.min(...times), high: Math.max(...times)}
}
