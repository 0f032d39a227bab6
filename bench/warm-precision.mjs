// The example rules against the incidents that `generate` makes: each scenario by itself, all in one run, and hours in
// which nothing goes wrong; over several seeds. Bundled by rows/precision.mjs and run as `node warm-precision.cjs RULES RATE
// SEED…`; prints JSON: {scenarios: [{scenario, rule, …}], composed: {…}, rules: [{rule, …}], calm: {…}}.

import {SCENARIOS} from '../src/lib/generate/incidents/scenarios.ts'
import {exampleRules, FITTING, judge, precision, recall, sum} from '../test/support/rule-scores.ts'
import {calmRun, runOf, runOfAll} from '../test/support/scenario-runs.ts'

const [folder, rate, ...seeds] = process.argv.slice(2)
const DELIVERY = {late: {share: 0.05, ms: 30_000}, doubled: 0.01}
/** Formats and delivery take turns. */
const runs = seeds.map((seed, index) => ({
  seed,
  rate: Number(rate),
  format: index % 2 === 0 ? 'json' : 'mixed',
  ...(index % 3 === 2 ? {delivery: DELIVERY} : {}),
}))

async function main() {
  const rules = await exampleRules(folder)
  const scenarios = []
  for (const {name: scenario} of SCENARIOS) {
    const rule = FITTING[scenario]
    const judged = await each((how) => runOf(scenario, how))
    scenarios.push({
      scenario,
      rule,
      ...figures(judged.map((one) => one.each.get(rule))),
      all: figures(judged.map(({all}) => all)),
    })
  }
  const composed = await each(runOfAll)
  const calm = await each(calmRun)
  const told = {
    scenarios,
    composed: figures(composed.map(({all}) => all)),
    rules: [...rules.keys()].map((rule) => ({rule, ...figures(composed.map((one) => one.each.get(rule)))})),
    calm: figures(calm.map(({all}) => all)),
  }
  process.stdout.write(JSON.stringify(told))

  async function each(make) {
    const judged = []
    for (const how of runs) judged.push(await judge(rules, make(how)))
    return judged
  }
}

function figures(tallies) {
  const tally = sum(tallies)
  const {alerts, incidents, detected, delays, wrong} = tally
  const sorted = delays.sort((a, b) => a - b)
  return {
    alerts,
    incidents,
    detected: detected.length,
    precision: precision(tally),
    recall: recall(tally),
    delay: sorted[sorted.length >> 1],
    wrong,
  }
}

main()
