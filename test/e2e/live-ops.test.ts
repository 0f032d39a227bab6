// In a terminal of tmux: alerts, dead letters, patterns and services of the live screen, every key of theirs.

import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeAll, describe, expect, test} from 'vitest'
import {openDeadLetterPipeline} from '../lib/flows/dlq/dead-letter-pipeline.js'
import {liveTerminal} from '../support/live-terminal.js'
import {removedHomes} from '../support/removed-homes.js'
import {buildLogflow, runLogflow} from '../support/run-logflow.js'
import {hasTmux, type Terminal} from '../support/terminal.js'
import {until} from '../support/until.js'

const newHome = removedHomes()
beforeAll(buildLogflow, 120_000)

let open: Terminal[] = []
afterEach(() => {
  for (const terminal of open) terminal.close()
  open = []
})

function live(home: string, script: string, size = {columns: 140, rows: 40}): Terminal {
  const terminal = liveTerminal(home, script, size)
  open.push(terminal)
  return terminal
}

async function run(home: string, ...args: string[]): Promise<string> {
  const ran = await runLogflow(args, {home, timeout: 120_000})
  expect({args, ...ran}).toMatchObject({status: 0})
  return ran.stdout
}

/** Errors of a service, now, and some that have nothing to do with them. */
async function shipErrors(home: string): Promise<void> {
  const line = (service: string, level: string, message: string) =>
    JSON.stringify({time: new Date().toISOString(), level, service, message})
  const lines = Array.from({length: 8}, (_, i) => [
    line('payment', 'error', `ledger out of balance by ${i}`),
    line('gateway', 'info', `request ${i} served`),
  ]).flat()
  writeFileSync(join(home, 'shop.log'), `${lines.join('\n')}\n`)
  await run(home, 'ship', 'shop.log')
}

/** An alert is open once an engine has looked at what was shipped: at the next whole second. */
async function openAlert(home: string): Promise<void> {
  await shipErrors(home)
  await run(home, 'alerts', 'create', 'ledger wrong', ...RULE)
  await until(async () => {
    await run(home, 'alerts', 'run', '--once', '--lease', '3s')
    return (await run(home, 'alerts', 'triggered', '-o', 'jsonl')).includes('"state":"open"')
  }, 90_000)
}

/** Hints of the stream: what follows an Escape too quickly is taken for one key with it. */
const IN_STREAM = 'f follow  / filter'
const RULE = [
  '--query',
  'level>=error',
  '--threshold',
  '5',
  '--window',
  '30m',
  '--every',
  '1s',
  '--group-by',
  'service',
]

describe.skipIf(!hasTmux)('in a terminal (skipped without tmux)', () => {
  test('an alert leads to the records that fired it, is acknowledged with a note, and resolved', async () => {
    const home = newHome()
    await openAlert(home)
    // Nothing of what was before is in the stream.
    const terminal = live(home, 'logflow live -n 0')
    await terminal.shows(/ledger wrong/)
    expect(terminal.screen()).not.toContain('out of balance')
    terminal.type('a')
    await terminal.shows(/▸✗ \w+ +ledger wrong {2}service=payment/)
    await terminal.shows(/value +8 \(opens at > 5 in 30 min\)/)
    await terminal.shows(/last notice .*notice sent {2}by console/)
    terminal.type('y')
    await terminal.shows(/logflow search --since \S+ --until \S+ -- /)
    terminal.keys('Enter')
    await terminal.shows(/8 records fired it/)
    await terminal.shows('ledger out of balance by 7')
    expect(terminal.screen()).not.toContain('served')
    terminal.keys('Escape')
    await terminal.shows('following')
    terminal.type('aA')
    await terminal.shows('acknowledge ledger wrong, with a note:')
    terminal.type('I look at it')
    terminal.keys('Enter')
    await terminal.shows(/ledger wrong: acknowledged by/)
    await terminal.shows(/note +I look at it/)
    terminal.type('r')
    await terminal.shows('resolve ledger wrong?')
    terminal.type('n')
    await terminal.shows('was not resolved')
    terminal.type('ry')
    await terminal.shows(/none open/)
    terminal.keys('Escape')
    await terminal.shows(IN_STREAM)
    terminal.type('q')
    await terminal.shows('ended with 0')
    const [alert] = JSON.parse(
      `[${(await run(home, 'alerts', 'triggered', '--state', 'resolved', '-o', 'jsonl')).trim()}]`,
    )
    expect(alert).toMatchObject({rule_name: 'ledger wrong', state: 'resolved', note: 'I look at it'})
  }, 240_000)

  test('one that is gone meanwhile is said to be, and leaves the list', async () => {
    const home = newHome()
    await openAlert(home)
    const terminal = live(home, 'logflow live -n 0')
    await terminal.shows(/ledger wrong/)
    terminal.type('a')
    await terminal.shows('last notice')
    await run(home, 'alerts', 'resolve', '--rule', 'ledger wrong')
    terminal.type('a')
    await terminal.shows(/none open/)
    terminal.type('q')
    await terminal.shows('following')
  }, 240_000)

  test('dead letters are counted, listed, shown whole, sent back and dropped', async () => {
    const home = newHome()
    const data = join(home, 'data')
    const pipe = await openDeadLetterPipeline(data)
    await pipe.ship(['good', 'bad one \u001b[2J', 'bad two', 'bad three'])
    expect(await pipe.process((message) => message.startsWith('bad'))).toMatchObject({deadLettered: 3})
    await pipe.close()
    const terminal = live(home, `logflow live --data-dir ${data}`)
    await terminal.shows('dlq 3')
    terminal.type('D')
    await terminal.shows('dead letters  3')
    await terminal.shows('bad one \\x1b[2J')
    terminal.keys('Enter')
    await terminal.shows(/^ reason {2,}/m)
    terminal.keys('Escape')
    await terminal.shows('r send again')
    terminal.type('y')
    await terminal.shows('logflow dlq show ')
    terminal.type('d')
    await terminal.shows('gone for good')
    terminal.type('n')
    await terminal.shows('nothing was done')
    terminal.type('dy')
    await terminal.shows('1 letter dropped; 2 pending')
    await terminal.shows('dead letters  2')
    terminal.type('r')
    await terminal.shows(/1 letter sent back to topic logs; 1 pending/)
    terminal.type('R')
    await terminal.shows('send 1 dead letter back to be processed?')
    terminal.type('y')
    await terminal.shows('none: everything that came could be stored')
    // What was sent back waits; who looks at the pipeline sees it, and it is stored like everything else.
    terminal.type('q')
    await terminal.shows(/lag [1-9]/)
    terminal.type('H')
    await terminal.shows(/ lag +[1-9]/)
    await terminal.shows(/dead letters +0/)
    await run(home, 'process', '--once', '--data-dir', data)
    await terminal.shows(/ lag +0/)
    terminal.keys('Escape')
    await terminal.shows(/bad (one|two|three)/)
    terminal.type('q')
    await terminal.shows('ended with 0')
  }, 240_000)

  test('a pattern and a service are shown alone, muted and shown again', async () => {
    const home = newHome()
    await shipErrors(home)
    const terminal = live(home, 'logflow live')
    await terminal.shows('request 7 served')
    terminal.type('P')
    await terminal.shows(/▸\S+.* 50\.0 %/)
    terminal.type('G')
    await terminal.shows(/▸request <\*> served/)
    terminal.type('m')
    await terminal.shows('▸muted request <*> served')
    terminal.keys('Escape')
    await terminal.shows('without 1 pattern')
    await terminal.shows('out of balance by 7')
    expect(terminal.screen()).not.toMatch(/request \d served/)
    await shipErrors(home)
    await terminal.shows('32 in all')
    expect(terminal.screen()).not.toMatch(/request \d served/)
    terminal.type('M')
    await terminal.shows(/request \d served/)
    terminal.type('Pg')
    terminal.keys('Enter')
    await terminal.shows('only ledger out of balance by <*>')
    expect(terminal.screen()).not.toMatch(/request \d served/)
    terminal.keys('Escape')
    await terminal.shows(/request \d served/)
    terminal.type('Py')
    await terminal.shows(`logflow search '"ledger out of balance by"'`)
    terminal.keys('Escape')
    await terminal.shows(IN_STREAM)
    terminal.type('Sg')
    await terminal.shows(/▸payment +16 +16 +100\.0 %/)
    terminal.type('m')
    await terminal.shows('▸payment (muted)')
    terminal.type('M')
    await terminal.shows(/▸payment +16/)
    terminal.keys('Enter')
    await terminal.shows('/ service:"payment"')
    terminal.type('Sjy')
    await terminal.shows(`logflow search 'service:"gateway"'`)
    terminal.type('qq')
    await terminal.shows('ended with 0')
  }, 240_000)

  test('plain files have neither rules nor dead letters, and say so', async () => {
    const home = newHome()
    writeFileSync(join(home, 'app.log'), 'level=info msg="first line"\n')
    const terminal = live(home, 'logflow live --file app.log', {columns: 90, rows: 24})
    await terminal.shows('first line')
    terminal.type('D')
    await terminal.shows('plain files have no dead letters')
    terminal.type('qa')
    await terminal.shows('plain files have no alert rules')
    terminal.type('qq')
    await terminal.shows('ended with 0')
  }, 240_000)
})
