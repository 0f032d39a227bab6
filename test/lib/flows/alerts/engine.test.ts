import {randomUUID} from 'node:crypto'
import {expect, onTestFinished, test} from 'vitest'
import {readRule} from '../../../../src/lib/alerts/check-rule.js'
import type {EngineBook} from '../../../../src/lib/alerts/engine-book.js'
import type {RuleState} from '../../../../src/lib/alerts/state.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {type EngineOptions, runEngine, runEngineOnce} from '../../../../src/lib/flows/alerts/engine.js'
import type {EngineNotice} from '../../../../src/lib/flows/alerts/engine-notice.js'
import {Rounds} from '../../../../src/lib/flows/alerts/round.js'
import type {Channel, Notice, Outcome} from '../../../../src/lib/notify/notice.js'
import {silentSignals} from '../../../../src/lib/telemetry/signals.js'
import {makeItem} from '../../../contracts/store-records.js'
import {memoryStore} from '../../../support/memory-store.js'
import {openTestDatabase} from '../../../support/open-accounts.js'
import {alertsOver, bookOver, ROOT} from '../../../support/open-alerts.js'
import {until} from '../../../support/until.js'

const MINUTE = 60_000

/** An engine over a database and a store of its own, by a clock that the test moves (`at`: minutes after midnight). */
async function openWorld(realClock?: () => Date) {
  const database = await openTestDatabase()
  onTestFinished(() => database.close())
  const midnight = Date.parse('2026-01-01T00:00:00Z')
  let clock = midnight
  const now = realClock ?? (() => new Date(clock))
  const [alerts, book, store] = [alertsOver(database, now), bookOver(database), memoryStore()]
  const told: EngineNotice[] = []
  const sent: Notice[] = []
  let made = 0
  const world = {
    alerts,
    book,
    store,
    told,
    sent,
    /** What becomes of a notice; it has arrived unless that is changed. */
    deliver: async (_: Notice): Promise<Outcome> => ({sent: true}),
    setClock(at: number) {
      clock = midnight + at * MINUTE
    },
    options(change: Partial<EngineOptions> = {}): EngineOptions {
      const send: Channel['send'] = async (notice) => {
        const outcome = await world.deliver(notice)
        if (outcome.sent) sent.push(notice)
        return outcome
      }
      return {
        book,
        store: async () => store,
        channels: new Map([['console', {name: 'console', send}]]),
        readRule,
        newId: randomUUID,
        printable: (text) => text,
        counters: silentSignals.counters,
        onNotice: (notice) => told.push(notice),
        holder: randomUUID(),
        now,
        leaseMs: 60_000,
        signal: new AbortController().signal,
        ...change,
      }
    },
    /** One look at that time. */
    async lookAt(at: number) {
      world.setClock(at)
      return runEngineOnce(world.options())
    },
    /** Errors of a service, one a second. */
    errors(service: string, at: number, count: number) {
      for (let i = 0; i < count; i++) {
        const time = new Date(midnight + at * MINUTE + i * 1_000).toISOString()
        store.add(makeItem('app', ++made * 100, {'@timestamp': time, level: 'ERROR', service, message: `no ${i}`}))
      }
    },
    async states() {
      const states = ['open', 'acknowledged', 'resolved', 'pending'] as const
      const found = await alerts.triggered(ROOT, {states, limit: 100})
      const minutes = (time: string | undefined) => (time ? (Date.parse(time) - midnight) / MINUTE : undefined)
      return found
        .map(({state, group, opened_at, resolved_at, resolved_by}) =>
          [Object.values(group).join(), state, minutes(opened_at), minutes(resolved_at), resolved_by].join(' ').trim(),
        )
        .sort()
    },
  }
  return world
}

const ERRORS = {name: 'errors', query: 'level:error', threshold: 5, time_window: '2m', group_by: ['service']}

test('a notice says what opened, since when, how to see it, and a few of its records', async () => {
  const world = await openWorld()
  await world.alerts.createRule(ROOT, {...ERRORS, severity: 'critical', labels: {team: 'shop'}, notify_resolved: true})
  world.errors('payment', 1, 20)
  world.errors("ca'rt", 1, 20)
  await world.lookAt(2)
  expect(world.sent).toMatchObject([
    {
      rule: {name: 'errors', severity: 'critical', labels: {team: 'shop'}},
      condition: 'count > 5 in 2m by service',
      test: false,
      more: 0,
      alerts: [
        {
          event: 'opened',
          group: {service: "ca'rt"},
          value: 20,
          opened_at: '2026-01-01T00:02:00.000Z',
          samples: ['no 19', 'no 18', 'no 17'],
          command: `logflow search --since 2026-01-01T00:00:00.000Z --until 2026-01-01T00:02:00.000Z -- 'level:error service:"ca'\\''rt"'`,
        },
        {group: {service: 'payment'}},
      ],
    },
  ])
  await world.lookAt(6)
  expect(world.sent.slice(1)).toMatchObject([
    {alerts: [{event: 'resolved', resolved_at: '2026-01-01T00:04:00.000Z'}, {event: 'resolved'}]},
  ])
  expect(await world.states()).toEqual(["ca'rt resolved 2 4 engine", 'payment resolved 2 4 engine'])
})

test('while a rule is refused or the store is away the rule is failing, others go on, and all is caught up', async () => {
  const world = await openWorld()
  await world.alerts.createRule(ROOT, ERRORS)
  await world.alerts.createRule(ROOT, {...ERRORS, name: 'also', group_by: ['host']})
  await world.lookAt(1)
  world.errors('payment', 1, 20)
  world.store.refuse = ({groups}) =>
    groups?.includes('service') ? new LogflowError('BACKEND_REFUSED', 'too many clauses') : undefined
  const report = await world.lookAt(10)
  expect(report.failing).toMatchObject([{rule: 'errors', reason: 'too many clauses'}])
  const health = async () =>
    (await world.alerts.listRules(ROOT)).map(({name, statistics: {health, last_error = ''}}) =>
      `${name} ${health} ${last_error}`.trim(),
    )
  expect(await health()).toEqual(['also ok', 'errors failing too many clauses'])
  expect(await world.states()).toEqual(['resolved 2 4 engine'])

  world.store.refuse = () => {
    throw new LogflowError('STORE_UNREACHABLE', 'no answer', {retriable: true})
  }
  expect((await world.lookAt(11)).failing).toHaveLength(2)
  expect(await health()).toEqual(['also failing no answer', 'errors failing no answer'])
  expect(await world.states()).toEqual(['resolved 2 4 engine'])

  world.store.refuse = () => undefined
  expect((await world.lookAt(20)).failing).toEqual([])
  expect(await health()).toEqual(['also ok', 'errors ok'])
  expect(await world.states()).toEqual(['payment resolved 2 4 engine', 'resolved 2 4 engine'])
  expect(world.sent.map(({rule}) => rule.name)).toEqual(['also', 'errors'])
})

test('between two evaluations the store is asked nothing', async () => {
  const world = await openWorld()
  await world.alerts.createRule(ROOT, ERRORS)
  await world.alerts.createRule(ROOT, {...ERRORS, name: 'few', condition: 'less_than', lateness: '2m'})
  const rounds = new Rounds(world.options())
  const asked = async (at: number) => {
    world.setClock(at)
    world.store.asked.length = 0
    await rounds.make(world.options().now(), new AbortController().signal)
    return world.store.asked.length
  }
  expect(await asked(3)).toBeGreaterThan(1)
  expect(await asked(3.2)).toBe(0)
  expect(await asked(3.9)).toBe(0)
  expect(await asked(4)).toBeGreaterThan(0)
  await world.alerts.updateRule(ROOT, 'errors', {...ERRORS, threshold: 1, every: '6s'})
  expect(await asked(4.2)).toBe(1)
})

test('a state that cannot be read fails its rule alone', async () => {
  const world = await openWorld()
  await world.alerts.createRule(ROOT, ERRORS)
  await world.alerts.createRule(ROOT, {...ERRORS, name: 'broken'})
  await world.lookAt(2)
  world.errors('payment', 3, 20)
  const load: EngineBook['load'] = async () => {
    const {rules, silences} = await world.book.load()
    const state = {until: 0, groups: {}, early: null} as unknown as RuleState
    return {rules: rules.map((rule) => (rule.written.name === 'broken' ? {...rule, state} : rule)), silences}
  }
  world.setClock(5)
  const report = await runEngineOnce(world.options({book: {...world.book, load}}))
  expect(report.failing).toMatchObject([{rule: 'broken'}])
  expect(await world.states()).toEqual(['payment open 4'])
})

test('what was missed for more than a week is not made up for, and that is said', async () => {
  const world = await openWorld()
  await world.alerts.createRule(ROOT, ERRORS)
  world.errors('payment', 1, 20)
  const days = 24 * 60
  world.errors('cart', 9 * days, 20)
  await world.lookAt(10 * days)
  expect(await world.states()).toEqual([`cart resolved ${9 * days + 1} ${9 * days + 3} engine`])
  expect(world.told).toContainEqual(expect.objectContaining({kind: 'missed', rule: 'errors'}))
  const history = await world.alerts.history(ROOT, {rule: 'errors'})
  expect(history.map(({event}) => event)).toContain('missed')
})

test('after a clock that ran years ahead was set back, rules are evaluated and notices sent all the same', async () => {
  const world = await openWorld()
  await world.alerts.createRule(ROOT, ERRORS)
  const years = 3 * 365 * 24 * 60
  world.errors('future', years - 1, 20)
  world.deliver = async () => ({sent: false, reason: 'answered 503', retriable: true})
  await world.lookAt(years)
  world.deliver = async () => ({sent: true})
  world.errors('cart', 9, 20)
  await world.lookAt(10)
  await world.lookAt(11)
  expect(world.told).toContainEqual(expect.objectContaining({kind: 'set-back', rule: 'errors'}))
  expect(world.sent.flatMap(({alerts}) => alerts.map(({group}) => group.service)).sort()).toEqual(['cart', 'future'])
  expect(await world.states()).toContain('cart open 10')
  const history = await world.alerts.history(ROOT, {rule: 'errors', limit: 100})
  expect(history.map(({detail = ''}) => detail).join()).toContain('which is yet to come')
})

test('what somebody resolved by a clock that was set back since does not keep its group from opening again', async () => {
  const world = await openWorld()
  await world.alerts.createRule(ROOT, {...ERRORS, group_by: []})
  const days = 24 * 60
  world.errors('payment', days - 1, 20)
  await world.lookAt(days)
  const [open] = await world.alerts.triggered(ROOT)
  await world.alerts.resolve(ROOT, open?.id as string)
  world.errors('payment', 9, 20)
  await world.lookAt(2)
  await world.lookAt(11)
  expect(world.sent).toHaveLength(2)
  expect(await world.states()).toContain('open 10')
})

test('a rule that is changed while open goes on with its alerts; switched off or removed it leaves none', async () => {
  const world = await openWorld()
  const {alerts} = world
  await alerts.createRule(ROOT, {...ERRORS, time_window: '30m'})
  await alerts.createRule(ROOT, {...ERRORS, name: 'off', time_window: '30m'})
  await alerts.createRule(ROOT, {...ERRORS, name: 'gone', time_window: '30m'})
  world.errors('payment', 1, 20)
  await world.lookAt(3)
  expect(await world.states()).toEqual(Array.from({length: 3}, () => 'payment open 2'))
  expect(world.sent).toHaveLength(3)

  world.setClock(4)
  await alerts.updateRule(ROOT, 'errors', {...ERRORS, threshold: 7, time_window: '20m'})
  await alerts.updateRule(ROOT, 'off', {...ERRORS, name: 'off', is_active: false})
  await alerts.removeRule(ROOT, 'gone')
  await world.lookAt(8)
  expect(await world.states()).toEqual([
    'payment open 2',
    'payment resolved 2 4 local:root',
    'payment resolved 2 4 local:root',
  ])
  expect(world.sent).toHaveLength(3)

  await alerts.updateRule(ROOT, 'errors', {...ERRORS, threshold: 7, time_window: '20m', group_by: ['host']})
  await world.lookAt(10)
  expect(await world.states()).toContain('payment resolved 2 8 engine')
  expect(await world.states()).toContain('open 9')
})

test('a notice that does not arrive is sent again later under the same id, and given up after a day', async () => {
  const world = await openWorld()
  await world.alerts.createRule(ROOT, ERRORS)
  world.errors('payment', 1, 20)
  const tried: string[] = []
  world.deliver = async ({id}) => {
    tried.push(id)
    return {sent: false, reason: '503', retriable: true}
  }
  for (let at = 2; at < 30 * 60; at += 60) await world.lookAt(at)
  expect(new Set(tried).size).toBe(1)
  expect(tried.length).toBeGreaterThan(10)
  const waits = world.told.flatMap((notice) => (notice.kind === 'notice-waiting' ? [notice.afterMs] : []))
  expect(waits[0]).toBeLessThanOrEqual(5_000)
  expect(Math.max(...waits)).toBeLessThanOrEqual(15 * MINUTE)
  expect(world.told.at(-1)).toMatchObject({kind: 'notice-given-up', reason: '503'})
  const [rule] = await world.alerts.listRules(ROOT)
  expect(rule?.statistics).toMatchObject({notices_failed: 1, notices_sent: 0})
})

/** From here on by the real clock. */
const liveWorld = () => openWorld(() => new Date())

/** An engine that runs until it is stopped, or the test has ended. */
function running(options: EngineOptions) {
  const end = new AbortController()
  const ended = runEngine({...options, signal: end.signal})
  const stop = () => {
    end.abort()
    return ended
  }
  onTestFinished(async () => {
    await stop()
  })
  return {stop}
}

function burstNow(world: Awaited<ReturnType<typeof openWorld>>, service: string) {
  for (let i = 0; i < 20; i++) {
    const time = new Date(Date.now() - i).toISOString()
    world.store.add(makeItem(service, i * 100, {'@timestamp': time, level: 'ERROR', service}))
  }
}

const QUICK = {...ERRORS, every: '1s', time_window: '10m'}

test('a destination that hangs holds up neither evaluations nor other notices', async () => {
  const world = await liveWorld()
  await world.alerts.createRule(ROOT, QUICK)
  await world.alerts.createRule(ROOT, {...QUICK, name: 'other'})
  world.deliver = (notice) => {
    if (notice.rule.name === 'errors') return new Promise(() => {})
    return Promise.resolve({sent: true})
  }
  const {stop} = running(world.options({leaseMs: 3_000}))
  for (const service of ['payment', 'cart']) {
    burstNow(world, service)
    await until(() =>
      world.sent.some(({rule, alerts}) => rule.name === 'other' && alerts.some(({group}) => group.service === service)),
    )
  }
  // what hung is taken for lost and tried again
  await until(() => world.told.some((notice) => notice.kind === 'notice-waiting'))
  await stop()
}, 120_000)

test('of two engines one stands by, and takes over when the other has died', async () => {
  const world = await liveWorld()
  await world.alerts.createRule(ROOT, QUICK)
  // It took the lease, and never came back.
  expect(await world.book.takeLease('dead', 2_000)).toBe(true)
  const told: EngineNotice[] = []
  running(world.options({onNotice: (notice) => told.push(notice)}))
  await until(() => told.some(({kind}) => kind === 'takes-over'))
  expect(told[0]).toMatchObject({kind: 'standby', holder: 'dead'})
  const second: EngineNotice[] = []
  const other = running(world.options({holder: 'second', onNotice: (notice) => second.push(notice)}))
  await until(() => second.length > 0)
  burstNow(world, 'payment')
  await until(() => world.sent.length > 0)
  expect(second.map(({kind}) => kind)).toEqual(['standby'])
  const report = await other.stop()
  expect(report).toMatchObject({checked: 0, notices: 0})
}, 120_000)

test('one look of a second engine waits for the first, and then says who it is', async () => {
  const world = await liveWorld()
  await world.book.takeLease('somebody', 600_000)
  await expect(runEngineOnce(world.options({leaseMs: 100}))).rejects.toMatchObject({
    code: 'LOCK_HELD',
    message: expect.stringContaining('somebody'),
  })
})

test('a database that is away is waited for', async () => {
  const world = await liveWorld()
  await world.alerts.createRule(ROOT, QUICK)
  let away = true
  const load: EngineBook['load'] = () => {
    if (away) return Promise.reject(new LogflowError('DATABASE_UNREACHABLE', 'no database', {retriable: true}))
    return world.book.load()
  }
  running(world.options({book: {...world.book, load}}))
  await until(() => world.told.some(({kind}) => kind === 'database-away'))
  away = false
  burstNow(world, 'payment')
  await until(() => world.sent.length > 0)
  expect(world.told.filter(({kind}) => kind === 'back')).toHaveLength(1)
}, 120_000)
