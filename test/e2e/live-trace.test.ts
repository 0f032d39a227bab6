import {appendFileSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeAll, describe, expect, test} from 'vitest'
import {BINARY, buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'
import {hasTmux, Terminal} from '../support/terminal.js'

// The trace, the fields of a record and the comparison of two, in a terminal of tmux: every key of theirs is pressed.

beforeAll(buildLogflow)

let open: Terminal[] = []
afterEach(() => {
  for (const terminal of open) terminal.close()
  open = []
})

function live(
  home: string,
  args: string,
  {lang = 'C.UTF-8', ...size} = {} as {lang?: string; columns?: number; rows?: number},
) {
  const env = {HOME: home, PATH: process.env.PATH ?? '', LANG: lang, TZ: 'UTC'}
  const command = `sh -c 'cd "$HOME"; ${process.execPath} ${BINARY} ${args}; echo "ended with $?"; sleep 600'`
  const terminal = new Terminal(command, {env, ...size})
  open.push(terminal)
  return terminal
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

function line(ms: number, fields: Record<string, unknown>): string {
  const timestamp = new Date(Date.UTC(2026, 10, 21, 9, 41, 7) + ms).toISOString()
  return `${JSON.stringify({timestamp, level: 'info', ...fields})}\n`
}

/** A checkout that fails in payment, five reads alike, and other records around it. */
function logOf(): string {
  const span = (ms: number, span_id: string, parent_span_id: string | undefined, service: string, more: object) =>
    line(ms, {trace_id: TRACE, span_id, parent_span_id, service, ...more})
  return [
    ...Array.from({length: 12}, (_, n) => line(-12_000 + n * 1_000, {service: 'cron', message: `tick ${n}`})),
    span(0, 'a1', undefined, 'gateway', {message: 'POST /checkout', client: 'web'}),
    span(3, 'b1', 'a1', 'auth', {message: 'token ok', duration_ms: 2}),
    span(10, 'c1', 'a1', 'orders', {message: 'order begun'}),
    span(96, 'd1', 'c1', 'payment', {message: 'card is charged', level: 'warn', client: 'web'}),
    span(287, 'd1', 'c1', 'payment', {
      message: 'card declined',
      level: 'error',
      attempt: 2,
      error: {name: 'PaymentError', message: 'card declined', stack: 'PaymentError: card declined\n    at charge'},
    }),
    span(300, 'c1', 'a1', 'orders', {message: 'order cancelled', level: 'error'}),
    ...[1, 2, 3, 4, 5].map((n) => span(310 + n, `e${n}`, 'a1', 'items', {message: `read item ${n}`})),
    span(412, 'a1', undefined, 'gateway', {message: 'POST /checkout 402', duration_ms: 412}),
    ...Array.from({length: 12}, (_, n) => line(1_000 + n * 1_000, {service: 'cron', message: `tock ${n}`})),
  ].join('')
}

/** Presses keys one after the other, each as soon as the screen shows what the one before leads to. */
async function walk(terminal: Terminal, steps: Array<[keys: string, shows: string | RegExp]>): Promise<void> {
  for (const [keys, shows] of steps) {
    const name = /^<(.+)>$/.exec(keys)?.[1]
    if (name) terminal.keys(name)
    else terminal.type(keys)
    await terminal.shows(shows)
  }
}

/** The line of the chosen span, which is drawn as a bar. */
const at = (service: string) => new RegExp(`^▸. *~? ?${service} *▕`, 'm')

describe.skipIf(!hasTmux)('in a terminal (skipped without tmux)', () => {
  test('through a stored trace, span by span and record by record, and back to the stream', async () => {
    const home = emptyHome()
    writeFileSync(join(home, 'app.log'), logOf())
    expect((await runLogflow(['ship', 'app.log'], {home})).status).toBe(0)
    const terminal = live(home, 'live', {columns: 130, rows: 34})
    await terminal.shows('tock 11')
    await walk(terminal, [
      ['/card', /\/ card/],
      ['<Enter>', /▸.*card declined/],
      ['t', new RegExp(`trace ${TRACE} +5 services · 12 records · 2 errors · 412 ms`)],
    ])
    expect(terminal.screen()).toMatch(/Sat 21 Nov.* 09:41:07\.000 · as of \d\d:\d\d:\d\d · from logs: 8 edges exact/)
    expect(terminal.screen()).not.toContain('not yet stored')
    await walk(terminal, [
      ['g', at('gateway')],
      ['j', at('auth')],
      ['<Down>', at('orders')],
      ['k', at('auth')],
      ['<Up>', at('gateway')],
      ['G', /^▸\+ +items +▕.*×5/m],
      ['l', /^▸ +items +▕[^×]*$/m],
      ['o', /^▸\+ +items +▕.*×5/m],
      ['g', at('gateway')],
      ['<NPage>', /^▸\+ +items/m],
      ['<PPage>', at('gateway')],
      ['<End>', /^▸\+ +items/m],
      ['<Home>', at('gateway')],
      ['<Right>', at('auth')],
      ['<Left>', at('gateway')],
      ['h', 'nothing called this one'],
      ['e', 'the first of 2 errors'],
    ])
    const screen = terminal.screen()
    expect(screen).toMatch(at('payment'))
    expect(screen).toMatch(/^▸▶ \+287 ms +ERROR +payment +card declined.*first error, on the critical path/m)
    expect(screen).toMatch(/── payment {2}2 records · 191 ms · from \+96 ms · on the critical path: waited for 191 ms/)
    await walk(terminal, [
      ['E', 'error 2 of 2'],
      ['N', /^▸▶ \+287 ms/m],
      ['n', /^▸ {2}\+300 ms/m],
      ['o', /^▸\+ +orders/m],
      ['l', /^▸ +orders/m],
      ['e', 'the first of 2 errors'],
      ['d', /^error\.name +PaymentError/m],
      ['<Escape>', at('payment')],
      ['<Space>', /^error\.name +PaymentError/m],
      ['q', at('payment')],
      ['y', `logflow trace ${TRACE}`],
      ['r', 'nothing new'],
      ['<Enter>', /^│?▸09:41:07\.287 ERROR +payment +card declined/m],
    ])
    // What the filter lets through is gone to as it is; what it hides takes it off.
    expect(terminal.screen()).toContain('/ card')
    await walk(terminal, [
      ['t', at('payment')],
      ['g', at('gateway')],
      ['<Enter>', 'the filter hid this record and is taken off'],
    ])
    expect(terminal.screen()).toMatch(/^│?▸09:41:07\.000 INFO +gateway +POST \/checkout/m)
    expect(terminal.screen()).toContain('tick 11')
    await walk(terminal, [
      ['t', at('gateway')],
      ['?', 'in a trace'],
      ['q', at('gateway')],
      ['<Escape>', /^│?▸09:41:07\.000 INFO/m],
      ['q', 'ended with 0'],
    ])
  }, 180_000)

  test('the fields of a record, its neighbours, and two records beside each other', async () => {
    const home = emptyHome()
    writeFileSync(join(home, 'app.log'), logOf())
    expect((await runLogflow(['ship', 'app.log'], {home})).status).toBe(0)
    const terminal = live(home, 'live', {columns: 120, rows: 20})
    await terminal.shows('tock 11')
    await walk(terminal, [
      ['/service:payment', '/ service:payment'],
      ['<Enter>', /▸.*card declined/],
      ['<Enter>', /09:41:07\.287 ERROR payment +record /],
      ['G', /^ +at charge/m],
      ['g', /^@timestamp +2026-11-21T09:41:07\.287Z/m],
      ['j', /^(?!.*^@timestamp)/ms],
      ['<Left>', /09:41:07\.096 WARN payment +record /],
      ['N', 'no record before this one'],
      ['n', /09:41:07\.287 ERROR payment +record /],
      ['<Right>', 'no record after this one'],
      ['o', '@timestamp'],
      ['y', /logflow get \S+/],
    ])
    const id = /logflow get (\S+)/.exec(terminal.screen())?.[1] as string
    const found = await runLogflow(['get', id, '--json'], {home})
    expect(JSON.parse(found.stdout).message).toBe('card declined')
    await walk(terminal, [
      ['Y', '{"id":"'],
      ['t', at('payment')],
      ['<Escape>', /record /],
      ['c', 'no record is pinned'],
      ['p', 'pinned: c on another record'],
      ['<Escape>', /^│?▸.*card declined/m],
      ['k', /^│?▸.*card is charged/m],
    ])
    expect(terminal.screen()).toMatch(/^│?◆09:41:07\.287 ERROR/m)
    await walk(terminal, [
      ['c', /◆ pinned {2}09:41:07\.287 ERROR payment +▸ 09:41:07\.096 WARN payment/],
      ['j', /^≠ message +card declined +card is charged/m],
    ])
    expect(terminal.screen()).toMatch(/^- attempt +2 +-$/m)
    expect(terminal.screen()).toMatch(/^\+ client +- +web$/m)
    await walk(terminal, [
      ['g', /^≠ @timestamp +2026-11-21T09:41:07\.287Z +-191 ms {2}2026-11-21T09:41:07\.096Z/m],
      ['=', /fields the same$/m],
      ['G', /^ {2}\S.*$/m],
      ['n', /▸ 09:41:07\.287 ERROR payment/],
      ['y', /logflow search 'id:.* OR id:/],
      ['<Escape>', /^│?▸.*card declined/m],
      ['G', /^│?▸.*card declined/m],
      ['p', 'unpinned'],
    ])
    expect(terminal.screen()).not.toContain('◆')
    terminal.keys('C-c')
    await terminal.shows('ended with 0')
  }, 180_000)

  test('of plain files the trace is what was read; what comes meanwhile is told, and read again; a small terminal', async () => {
    const home = emptyHome()
    const file = join(home, 'app.log')
    writeFileSync(file, logOf())
    const terminal = live(home, 'live --file app.log', {columns: 80, rows: 24})
    await terminal.shows('tock 11')
    await walk(terminal, [
      ['N', /^│?▸.*order cancelled/m],
      ['t', /trace 4bf92f[0-9a-f]+… +5 services · 12 records · 2 errors · 412 ms/],
    ])
    expect(terminal.screen()).not.toContain('not yet stored')
    const more = {trace_id: TRACE, span_id: 'f1', parent_span_id: 'c1', service: 'mail', message: 'mail queued'}
    appendFileSync(file, line(305, more))
    await terminal.shows('1 more record came since: r reads again')
    await walk(terminal, [
      ['r', '1 more of its records'],
      ['G', /^ +mail +▕/m],
    ])
    expect(terminal.screen()).not.toContain('came since')
    await walk(terminal, [
      ['y', `logflow trace --file app.log ${TRACE}`],
      ['g', at('gateway')],
      ['d', /record /],
      ['y', /logflow search --file app.log 'id:"[^"]+"'/],
    ])
    const [, query = ''] = /'(id:"[^"]+")'/.exec(terminal.screen()) ?? []
    const found = await runLogflow(['search', '--file', 'app.log', query, '--json'], {home})
    expect(JSON.parse(found.stdout)).toMatchObject([{message: 'POST /checkout'}])
    await walk(terminal, [
      ['q', at('gateway')],
      ['G', /^▸\+ +items/m],
    ])
    terminal.resize(40, 10)
    await terminal.shows(/^.{1,40}$/m)
    await terminal.shows(/^▸\+ +items/m)
    terminal.type('q')
    terminal.type('q')
    await terminal.shows('ended with 0')
    expect(readFileSync(file, 'utf8')).toContain('mail queued')
  }, 180_000)

  test('a record that the stream never held is gone to in the store', async () => {
    const home = emptyHome()
    writeFileSync(join(home, 'app.log'), logOf())
    expect((await runLogflow(['ship', 'app.log'], {home})).status).toBe(0)
    const terminal = live(home, 'live -n 0', {columns: 120, rows: 24})
    await terminal.shows('following')
    await walk(terminal, [
      [`:trace ${TRACE.slice(0, 8)}`, /:.*trace 4bf92f35/],
      ['<Enter>', at('gateway')],
      ['e', at('payment')],
      ['<Enter>', /^│?▸09:41:07\.287 ERROR +payment +card declined/m],
      ['f', 'waiting for records'],
    ])
    terminal.keys('C-c')
    await terminal.shows('ended with 0')
  }, 180_000)

  test('what the stream holds and the store does not yet is shown, and said; without UTF-8 too', async () => {
    const home = emptyHome()
    writeFileSync(join(home, 'app.log'), logOf())
    expect((await runLogflow(['ship', 'app.log', '--no-process'], {home})).status).toBe(0)
    const terminal = live(home, 'live --by bus --since 2026-11-21', {lang: 'C', columns: 100, rows: 24})
    await terminal.shows('tock 11')
    await walk(terminal, [
      ['N', /^\|?>.*order cancelled/m],
      ['t', 'from the stream, not yet stored'],
      ['e', /^> +payment *\|.*#/m],
    ])
    expect(terminal.screen()).toMatch(/^[\x20-\x7e\n]*$/)
    expect((await runLogflow(['process', '--once'], {home})).status).toBe(0)
    await walk(terminal, [['r', /^Sat 21 Nov 09:41:07\.000/m]])
    terminal.keys('C-c')
    await terminal.shows('ended with 0')
  }, 180_000)
})
