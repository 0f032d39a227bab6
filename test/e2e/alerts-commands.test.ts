import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {buildLogflow, emptyHome, type Ran, runLogflow} from '../support/run-logflow.js'
import {until} from '../support/until.js'

// Alert rules from the command line, on the machine itself: by flags, as files, and what becomes of an error burst.

beforeAll(buildLogflow)

/** Commands of one installation, which share a home. */
function installation() {
  const home = emptyHome()
  const run = (args: string[], input = ''): Promise<Ran> => runLogflow(args, {home, input})
  const done = async (args: string[], input = ''): Promise<Ran> => {
    const ran = await run(args, input)
    expect(ran, args.join(' ')).toMatchObject({status: 0})
    return ran
  }
  const json = async (args: string[], input = '') => JSON.parse((await done([...args, '-o', 'json'], input)).stdout)
  const file = (name: string, text: string) => {
    writeFileSync(join(home, name), text)
    return name
  }
  return {home, run, done, json, file}
}

const SECRET = 'correct-horse-battery'

test('a rule by flags: what is not said is usual, secrets never show, a change keeps what it does not name', async () => {
  const {json, run} = installation()
  const flags = ['--query', 'level>=error', '--threshold', '50', '--window', '10m', '--service', 'payment,orders']
  const more = [
    '--group-by',
    'service',
    '--for',
    '2m',
    '--keep-open',
    '5m',
    '--severity',
    'critical',
    '--label',
    'team=a',
  ]
  const hook = ['--webhook-url', 'https://hooks.example.com/in', '--channel-config', 'headers={"X-Team":"shop"}']
  const made = await json(['alerts', 'create', 'Errors', ...flags, ...more, ...hook, '--secret-env', 'HOOK'])
  expect(made).toMatchObject({
    name: 'Errors',
    version: 1,
    query: 'level>=error',
    threshold: 50,
    time_window: '10m',
    services: ['payment', 'orders'],
    group_by: ['service'],
    for: '2m',
    keep_open_for: '5m',
    severity: 'critical',
    labels: {team: 'a'},
    notification_channel: 'webhook',
    notification_config: {url: 'https://hooks.example.com/in', headers: {'X-Team': '***'}},
    statistics: {health: 'waiting', triggered: 0, open: 0},
  })
  expect(made.notification_config.secret).toBe(['$', '{LOGFLOW_ALERT_HOOK}'].join(''))

  const kept = await run(['alerts', 'update', 'errors', '--secret-stdin', '--threshold', '60', '--service', ''], SECRET)
  expect(kept).toMatchObject({status: 0, stderr: ''})
  expect(kept.stdout).not.toContain(SECRET)
  const changed = await json(['alerts', 'update', made.id, '--name', 'Many errors', '--label', 'team='])
  expect(changed).toMatchObject({
    name: 'Many errors',
    version: 3,
    threshold: 60,
    for: '2m',
    notification_config: {secret: '***', headers: {'X-Team': '***'}},
  })
  expect(changed).not.toHaveProperty('services')
  expect(changed.labels).toEqual({})

  expect(await json(['alerts', 'disable', 'Many errors'])).toMatchObject([{name: 'Many errors', changed: true}])
  expect(await json(['alerts', 'disable', 'Many errors'])).toMatchObject([{is_active: false, changed: false}])
  expect(await json(['alerts', 'enable', 'Many errors'])).toMatchObject([{is_active: true, changed: true}])
  expect(await json(['alerts', 'show', 'many ERRORS'])).toMatchObject({version: 5, statistics: {open: 0}, alerts: []})
  expect(await json(['alerts', 'delete', 'Many errors', '--yes'])).toEqual([
    {deleted: 'Many errors', id: made.id, resolved: 0},
  ])
  expect(await json(['alerts', 'list'])).toEqual([])
})

test('an error burst: seen at once, acknowledged, resolved, and in the history', {timeout: 180_000}, async () => {
  const {done, json, run, file} = installation()
  const create = ['alerts', 'create', 'Errors', '--query', 'level:error', '--threshold', '3', '--group-by', 'service']
  // Without lateness each evaluation counts at once; a silence is looked at when it does.
  await done([...create, '--every', '1s', '--lateness', '0s', '--severity', 'critical'])
  await done(['alerts', 'silence', 'rule=errors', 'service=orders', '--for', '2h', '--comment', 'known'])
  const now = new Date().toISOString()
  const lines = ['payment', 'orders'].flatMap((service) =>
    Array.from({length: 5}, (_, i) => JSON.stringify({time: now, level: 'error', service, message: `declined ${i}`})),
  )
  await done(['ship', file('app.log', `${lines.join('\n')}\n`)])
  // Evaluations are of whole seconds after the rule was made: the first that sees the records may be yet to come.
  await until(async () => {
    await done(['alerts', 'run', '--once'])
    return (await json(['alerts', 'triggered'])).length === 2
  }, 120_000)
  const open = await json(['alerts', 'triggered'])
  const [orders, payment] = ['orders', 'payment'].map((name) =>
    open.find(({group}: {group: {service: string}}) => group.service === name),
  )
  expect(payment).toMatchObject({rule_name: 'Errors', severity: 'critical', state: 'open', value: 5, threshold: 3})
  expect([payment.silenced, orders.silenced]).toEqual([false, true])

  const seen = await done(['alerts', 'triggered', '-o', 'pretty'])
  const block = seen.stdout.split('\n\n').find((text) => text.includes('service=payment'))
  const id = payment.id.slice(0, 8)
  expect(block?.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^✗ critical {3}Errors {3}service=payment {3}open .+, since /),
    `  5 (opens at > 3 in 5 min)   nobody has acknowledged it   id ${id}`,
    `  logflow search --since ${payment.since} --until ${payment.until} -- 'level:error service:"payment"'`,
  ])
  expect(seen.stderr).toBe('2 open   logflow alerts ack ID, logflow alerts resolve ID\n')
  const found = await json(['search', payment.query, '--since', payment.since, '--until', payment.until])
  expect(found).toHaveLength(5)

  expect((await done(['__complete', 'zsh', 'alerts', 'ack', ''])).stdout).toContain(`${id}\tErrors, payment, open\n`)
  expect((await done(['__complete', 'zsh', 'alerts', 'show', 'E'])).stdout).toBe('Errors\n:space\n')
  expect((await done(['alerts', 'ack', id, '--note', 'on it', '-o', 'pretty'])).stdout).toBe(
    `acknowledged Errors   service=payment   ${id}\n`,
  )
  expect(await json(['alerts', 'triggered', '--state', 'acknowledged'])).toMatchObject([
    {id: payment.id, note: 'on it'},
  ])
  expect((await done(['status', '-o', 'pretty'])).stdout).toMatch(
    /\nalerts {4}1 rule, 2 open \(Errors, service=\w+, since .+, and 1 other\) {3}engine looked .+ ago\n/,
  )
  expect(await json(['alerts', 'resolve', '--rule', 'Errors', '--note', 'over'])).toHaveLength(2)
  expect(await json(['alerts', 'triggered'])).toEqual([])
  expect(await json(['alerts', 'triggered', '--rule', 'Errors', '--state', 'resolved'])).toHaveLength(2)
  const history = await json(['alerts', 'history', '--alert', payment.id])
  const events = history.map(({event}: {event: string}) => event)
  // The notice is sent after the alert has opened: what comes before and after it is told by time.
  expect(events.filter((event: string) => !event.startsWith('notice_'))).toEqual(['opened', 'acknowledged', 'resolved'])
  expect(events).toContain('notice_sent')
  expect((await done(['alerts', 'list', '-o', 'table'])).stdout.split('\n')[1]).toMatch(
    /^Errors {2}critical {2}quiet {2,}> 3 in 5 min {2}service {8}2 {2}.+ago {2}console$/,
  )
  const again = await run(['alerts', 'resolve', 'ffffffff'])
  expect(again).toMatchObject({status: 1, stdout: ''})
  expect(again.stderr).toMatch(/^error: there is no alert "ffffffff"\n {2}try {2}logflow alerts triggered/)

  expect(await json(['alerts', 'silence', '--list'])).toMatchObject([{comment: 'known', matchers: {rule: 'Errors'}}])
  const [{id: silence}] = await json(['alerts', 'silence', '--list'])
  await done(['alerts', 'silence', '--end', silence.slice(0, 8)])
  expect(await json(['alerts', 'silence', '--list'])).toEqual([])
  expect(await json(['alerts', 'silence', '--list', '--all'])).toHaveLength(1)
})

const RULES = `rules:
  - name: Errors
    query: level>=error
    threshold: 50
    time_window: 10m
    group_by: [service]
    notification_channel: webhook
    notification_config: {url: https://hooks.example.com/in, secret: ${SECRET}}
  - name: Silent
    measure: no_data
    services: [checkout]
`

describe('rules as files', () => {
  test('are applied whole, shown field by field, and applied again change nothing', async () => {
    const {home, run, done, json, file} = installation()
    mkdirSync(join(home, 'rules'))
    file('rules/shop.yaml', RULES)
    const dry = await done(['alerts', 'apply', 'rules', '--dry-run', '-o', 'pretty'])
    expect(dry).toMatchObject({
      stdout: `+ Errors
    query                       level>=error
    threshold                   50
    time_window                 10m
    group_by                    service
    notification_channel        webhook
    notification_config.url     https://hooks.example.com/in
    notification_config.secret  ***
+ Silent
    measure   no_data
    services  checkout
`,
      stderr: '2 new, 0 changed, 0 deleted, 0 the same; nothing was changed\n',
    })
    expect(await json(['alerts', 'list'])).toEqual([])
    expect(await run(['alerts', 'apply', 'rules', '--check', '-o', 'pretty'])).toMatchObject({status: 1})
    await done(['alerts', 'apply', 'rules'])
    const again = await done(['alerts', 'apply', 'rules', '-o', 'pretty'])
    expect(again.stdout).toBe('')
    expect(again.stderr).toContain('0 new, 0 changed, 0 deleted, 2 the same\n')
    // Of the secret in the file nobody can tell whether it is the one that is kept.
    expect(again.stderr).toContain('Errors: what is kept as notification_config.secret is hidden')
    expect(again.stderr).not.toContain(SECRET)

    file(
      'rules/shop.yaml',
      RULES.replace('threshold: 50', 'threshold: 80').replace('time_window: 10m', 'time_window: 600s'),
    )
    const changed = await done(['alerts', 'apply', 'rules', '-o', 'pretty'])
    expect(changed.stdout).toBe(
      '~ Errors\n    threshold                   50 → 80\n    notification_config.secret  *** → ***, sent again\n',
    )
    expect((await json(['alerts', 'list'])).map(({version}: {version: number}) => version)).toEqual([2, 1])
  })

  test('that are exported and applied change nothing, with their secrets hidden', async () => {
    const {home, done, run, json, file} = installation()
    await done(['alerts', 'apply', file('shop.yaml', RULES)])
    await done(['alerts', 'create', 'By hand', '--threshold', '1', '--disabled', '--label', 'team=a'])
    const exported = await done(['alerts', 'export'])
    expect(exported.stdout).not.toContain(SECRET)
    expect(exported.stdout).not.toContain('managed_by')
    file('all.yaml', exported.stdout)
    expect(await done(['alerts', 'apply', 'all.yaml', '--check', '-o', 'pretty'])).toMatchObject({stdout: ''})
    expect(await done(['alerts', 'export', '--dir', 'out', '-o', 'pretty'])).toMatchObject({stderr: '3 rules in out\n'})
    expect(readdirSync(join(home, 'out')).sort()).toEqual(['by-hand.yaml', 'errors.yaml', 'silent.yaml'])
    await done(['alerts', 'apply', 'out', '--check'])
    const over = await run(['alerts', 'export', '--dir', 'out'])
    expect(over).toMatchObject({status: 2})
    expect(over.stderr).toMatch(/^error: out\/by-hand\.yaml is there already\n/)
    expect(readFileSync(join(home, 'out/silent.yaml'), 'utf8')).toBe(
      'name: Silent\nservices:\n  - checkout\nmeasure: no_data\n',
    )
    // Elsewhere nobody knows what *** stands for.
    const elsewhere = await runLogflow(['alerts', 'apply', join(home, 'all.yaml')])
    expect(elsewhere).toMatchObject({status: 2})
    expect(elsewhere.stderr).toMatch(/all\.yaml:\d+:\d+: notification_config\.secret is hidden \(\*\*\*\)/)
    expect((await json(['alerts', 'list'])).map(({version}: {version: number}) => version)).toEqual([1, 1, 1])
  })

  test('delete with --prune what apply made, and with --prune-all the rest', async () => {
    const {run, done, json, file} = installation()
    const names = async () => (await json(['alerts', 'list'])).map(({name}: {name: string}) => name)
    await done(['alerts', 'apply', file('shop.yaml', RULES)])
    await done(['alerts', 'create', 'By hand', '--threshold', '1'])
    const one = file('one.yaml', 'name: Silent\nmeasure: no_data\nservices: [checkout]\n')
    expect((await done(['alerts', 'apply', one])).stderr).toContain('made by apply, and in none of these files: Errors')
    expect(await run(['alerts', 'apply', one, '--prune'])).toMatchObject({status: 2})
    expect(await names()).toEqual(['By hand', 'Errors', 'Silent'])
    await done(['alerts', 'apply', one, '--prune', '--yes'])
    expect(await names()).toEqual(['By hand', 'Silent'])
    await done(['alerts', 'apply', one, '--prune-all', '--yes'])
    expect(await names()).toEqual(['Silent'])
  })

  test('are linted: every mistake with its place and what to write, and none is applied', async () => {
    const {run, done, json, file} = installation()
    const good = file(
      'good.yaml',
      'name: Good\ndescription: fine\nquery: level:error\nthreshold: 5\ntime_window: 15m\n',
    )
    const bad = file(
      'bad.yaml',
      `name: Bad
querry: level:error
query: 'level:error AND ('
threshold: many
time_window: 0
notification_channel: webhook
notification_config: {ulr: https://hooks.example.com}
---
name: GOOD
threshold: 1
levels: [eror]
---
name: good
query: level:fatal
description: the same name
threshold: 1
time_window: 15m
`,
    )
    const linted = await run(['alerts', 'lint', good, bad, '-o', 'json'])
    expect(linted).toMatchObject({status: 2, stderr: 'error: 1 good rule in 2 files: 7 errors\n'})
    const found = JSON.parse(linted.stdout) as Array<Record<string, unknown>>
    expect(found.map(({file, line, column, message}) => `${file}:${line}:${column} ${message}`)).toEqual([
      'bad.yaml:2:1 querry: there is no such field of a rule',
      expect.stringMatching(/^bad\.yaml:3:1 query: the query does not parse\n/),
      'bad.yaml:4:1 threshold: must be a number, not "many"',
      'bad.yaml:5:1 time_window: must be from 1s to 31d, not 0s',
      'bad.yaml:7:23 notification_config.ulr: the channel webhook has no such field',
      expect.stringMatching(/^bad\.yaml:11:10 levels\[0\]: must be one of .*, not "eror"$/),
      'bad.yaml:13:1 name: "good" is taken at good.yaml:1:1',
    ])
    expect(found[0]).toMatchObject({severity: 'error', rule: 'Bad', fix: 'Did you mean query?'})
    const applied = await run(['alerts', 'apply', good, bad])
    expect(applied).toMatchObject({status: 2, stdout: ''})
    expect(applied.stderr).toMatch(/^error: bad\.yaml:2:1: querry: there is no such field of a rule\n {2}Did you mean/)
    expect(await json(['alerts', 'list'])).toEqual([])

    expect(await done(['alerts', 'lint', good, '--strict', '-o', 'pretty'])).toMatchObject({
      stdout: '',
      stderr: '1 good rule in 1 file: nothing to object to\n',
    })
    const seldom = file('seldom.yaml', 'name: Noisy\nquery: level:error\nthreshold: 5\n')
    expect(await run(['alerts', 'lint', seldom, '-o', 'pretty'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^seldom\.yaml:1:1 warning: keep_open_for: /),
    })
    expect(await run(['alerts', 'lint', seldom, '--strict'])).toMatchObject({status: 1})
  })
})

describe('refused in one line, with what to do', () => {
  const {run, done} = installation()
  beforeAll(() => done(['alerts', 'create', 'Errors', '--threshold', '1']))

  test.each<[string, string[], number, RegExp]>([
    ['a name that is taken', ['create', 'ERRORS', '--threshold', '1'], 2, /^error: there is a rule "Errors" already\n/],
    ['no threshold', ['create', 'x'], 2, /^error: threshold: is missing\n {2}Say from which number/],
    ['a threshold that is no number', ['create', 'x', '--threshold', 'many'], 2, /^error: --threshold takes a number/],
    ['a window of zero', ['create', 'x', '--threshold', '1', '--window', '0s'], 2, /^error: time_window: must be from/],
    [
      'a bad query',
      ['create', 'x', '--threshold', '1', '--query', 'a AND ('],
      2,
      /^error: query: the query does not parse/,
    ],
    [
      'a secret on the command line',
      ['create', 'x', '--threshold', '1', '--webhook-url', 'https://a.example', '--channel-config', `secret=${SECRET}`],
      2,
      /^error: secret is a secret, and a command line can be read/,
    ],
    [
      'two channels',
      ['create', 'x', '--webhook-url', 'u', '--email-to', 'a@b.example'],
      2,
      /over webhook and email\n$/,
    ],
    ['nothing to change', ['update', 'Errors'], 2, /^error: say what to change/],
    ['a rule that is not there', ['show', 'Erors'], 1, /^error: there is no rule "Erors"/],
    ['deleting unasked', ['delete', 'Errors'], 2, /^error: a rule that is deleted is gone for good: say --yes/],
    ['acknowledging nothing', ['ack'], 2, /^error: say which alert/],
    ['a state that is none', ['triggered', '--state', 'opne'], 2, /^error: "opne" is no state of an alert/],
    ['silencing nothing', ['silence', '--for', '2h'], 2, /^error: say what is silenced/],
    ['a silence without an end', ['silence', 'rule=Errors'], 2, /^error: say how long: --for 2h/],
    ['a silence of no rule', ['silence', 'rule=Erors', '--for', '1h'], 1, /\n {2}Did you mean Errors\?\n/],
    ['a file that is not there', ['lint', 'nothing.yaml'], 6, /^error: cannot read nothing\.yaml: no such file\n$/],
  ])('%s', async (_name, args, status, stderr) => {
    const ran = await run(['alerts', ...args])
    expect(ran).toMatchObject({status, stdout: ''})
    expect(ran.stderr).toMatch(stderr)
    expect(ran.stderr).not.toContain(SECRET)
  })
})

test('with nothing there yet, each says what to do next', async () => {
  const {done} = installation()
  for (const [args, said] of [
    [['list'], /^no alert rules yet: logflow alerts create NAME /],
    [['triggered'], /^no alert, and no alert rules yet: logflow alerts create NAME /],
    [['history'], /^nothing has happened that fits/],
    [['silence', '--list'], /^nothing is silenced\n$/],
    [['export'], /^no alert rules yet/],
  ] as const) {
    const ran = await done(['alerts', ...args, ...(args[0] === 'export' ? [] : ['-o', 'pretty'])])
    expect(ran.stdout, args.join(' ')).toBe('')
    expect(ran.stderr).toMatch(said)
  }
})
