import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {build} from 'esbuild'
import {bundleOptions} from '../../tools/build-options.mjs'
import {measure} from '../measure.mjs'

export const title = 'example alert rules against generated incidents: precision, recall, delay'

const RATE = 12
const SEEDS = ['harbour', 'lighthouse', 'meadow', 'orchard']
const LEAST = 0.9

/** Nothing here is a matter of time: the figures are the same in every run, on every machine. */
export async function run(context) {
  const {outputFiles} = await build(bundleOptions('bench/warm-precision.mjs'))
  const script = join(context.root, '.cache/bench/warm-precision.cjs')
  writeFileSync(script, outputFiles[0].text)
  const rules = join(context.root, 'examples/alerts')
  const {stdout} = await measure(context.logflow[0], [script, rules, String(RATE), ...SEEDS])
  const {scenarios, composed, rules: each, calm} = JSON.parse(stdout)
  context.say(tableOf(scenarios, composed, each, calm))
  const ours = [...scenarios, composed]
  return {
    figures: [
      figure('precision, fitting rule, worst scenario', Math.min(...scenarios.map((one) => one.precision))),
      figure('recall, fitting rule, worst scenario', Math.min(...scenarios.map((one) => one.recall))),
      figure('precision, all rules, all scenarios in one run', composed.precision),
      figure('recall, all rules, all scenarios in one run', composed.recall),
      figure('precision, all rules, worst scenario', Math.min(...ours.map(({all = composed}) => all.precision))),
    ],
  }
}

function figure(name, value) {
  return {
    figure: name,
    unit: '',
    ours: {value, low: value, high: value},
    aim: {text: `>= ${LEAST}`, met: value >= LEAST},
  }
}

function tableOf(scenarios, composed, each, calm) {
  const wrong = [...scenarios.flatMap(({all}) => all.wrong), ...composed.wrong, ...calm.wrong]
  return [
    row('', 'rule', 'alerts', 'found', 'precision', 'recall', 'delay'),
    ...scenarios.map((one) => rowOf(one.scenario, one.rule, one)),
    ...scenarios.map((one) => rowOf(one.scenario, 'all', one.all)),
    ...each.map((one) => rowOf('all in one run', one.rule, one)),
    rowOf('all in one run', 'all', composed),
    `4 hours of nothing, ${SEEDS.length} times: ${calm.alerts} alerts`,
    ...wrong.map((text) => `false: ${text}`),
  ].join('\n')
}

function rowOf(name, rule, {alerts, incidents, detected, precision, recall, delay}) {
  const late = delay === undefined ? '-' : `${delay} s`
  return row(name, rule, alerts, `${detected}/${incidents}`, precision.toFixed(2), recall.toFixed(2), late)
}

function row(name, rule, ...columns) {
  return `  ${name.padEnd(20)} ${rule.padEnd(22)} ${columns.map((text) => String(text).padStart(9)).join(' ')}`
}
