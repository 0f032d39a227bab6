// Everything engine-book.ts promises, run over every database: `engineBookContract(name, open)` in a test file of one.
// Times are the tests' own; only the lease asks a clock.

import {randomUUID} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Alerts, HistoryEntry, StoredRule} from '../../src/lib/alerts/alerts.js'
import type {EngineBook, EngineRule, NewNotice, WaitingNotice} from '../../src/lib/alerts/engine-book.js'
import {groupKey, type WrittenRule} from '../../src/lib/alerts/rule.js'
import type {AlertEvent, RuleState} from '../../src/lib/alerts/state.js'
import {writtenOf} from '../../src/lib/alerts/written-of.js'
import {ROOT} from '../support/open-alerts.js'
import {until} from '../support/until.js'

export interface EngineBookUnderTest {
  book: EngineBook
  /** The same database, opened once more as another engine would. */
  other: EngineBook
  /** Of the same database. */
  alerts: Alerts
  close(): Promise<void>
}

const T0 = Date.UTC(2024, 0, 5, 10)
const MINUTE = 60_000
const ALL = groupKey([])
const at = (minutes: number) => new Date(T0 + minutes * MINUTE)
const iso = (minutes: number) => at(minutes).toISOString()
const quiet = (minutes: number): RuleState => ({until: T0 + minutes * MINUTE, groups: {}, early: {}})

function openState(alert: string, minutes = 0, group = ALL): RuleState {
  const moment = T0 + minutes * MINUTE
  const held = {phase: 'open' as const, alert, since: moment, openedAt: moment, toldAt: moment, value: 12}
  return {until: moment, groups: {[group]: held}, early: {}}
}

const opening = (alert: string, minutes = 0, group = ALL): AlertEvent => ({
  kind: 'opened',
  alert,
  group,
  at: T0 + minutes * MINUTE,
  value: 12,
  silenced: false,
})

/** As notify/ writes them, but for what the book does not read. */
function noticeOf(rule: StoredRule, ...alerts: string[]): NewNotice {
  const id = randomUUID()
  const [alertId = ''] = alerts
  const body = {id, rule: {id: rule.id, name: rule.name}, alerts: alerts.map((alert) => ({id: alert, group: {}}))}
  return {id, alertId, channel: 'webhook', body}
}

export function engineBookContract(name: string, open: () => Promise<EngineBookUnderTest>): void {
  describe(name, {timeout: 120_000}, () => {
    let under: EngineBookUnderTest
    let book: EngineBook
    let alerts: Alerts
    beforeAll(async () => {
      under = await open()
      book = under.book
      alerts = under.alerts
    })
    afterAll(() => under?.close())

    const create = (change: Partial<WrittenRule> = {}) =>
      alerts.createRule(ROOT, {name: `rule ${randomUUID()}`, threshold: 10, ...change})
    async function loaded({id}: StoredRule, from = book): Promise<EngineRule> {
      const rule = (await from.load()).rules.find((each) => each.id === id)
      if (!rule) throw new Error('the rule is not there for the engine')
      return rule
    }
    const historyOf = async (rule: StoredRule): Promise<HistoryEntry[]> =>
      (await alerts.history(ROOT, {rule: rule.id, limit: 1_000})).reverse()
    const eventsOf = async (rule: StoredRule) => (await historyOf(rule)).map(({event}) => event)
    const statisticsOf = async (rule: StoredRule) => (await alerts.showRule(ROOT, rule.id)).statistics

    /** A rule with one open alert, of which a notice may wait. */
    async function opened(change: Partial<WrittenRule> = {}, told = false) {
      const rule = await create(change)
      const alert = randomUUID()
      const notices = told ? [noticeOf(rule, alert)] : []
      expect(await book.commit(await loaded(rule), openState(alert), [opening(alert)], notices, at(0))).toBe(true)
      return {rule, alert, notice: notices[0]?.id ?? ''}
    }

    describe('the lease', () => {
      test('is one engine’s, which keeps it, until it gives it back', async () => {
        expect(await book.takeLease('one', 60_000)).toBe(true)
        expect(await under.other.takeLease('two', 60_000)).toBe(false)
        expect(await book.takeLease('one', 60_000)).toBe(true)
        expect(await under.other.leaseHolder()).toEqual({holder: 'one', until: expect.stringMatching(/Z$/)})
        await under.other.releaseLease('two')
        expect(await under.other.takeLease('two', 60_000)).toBe(false)
        await book.releaseLease('one')
        expect(await book.leaseHolder()).toBeUndefined()
        expect(await under.other.takeLease('two', 60_000)).toBe(true)
        await under.other.releaseLease('two')
      })

      test('goes to one of many who come at once', async () => {
        const holders = Array.from({length: 12}, (_, i) => `engine ${i}`)
        const got = await Promise.all(
          holders.map((holder, i) => (i % 2 ? book : under.other).takeLease(holder, 60_000)),
        )
        expect(got.filter(Boolean)).toHaveLength(1)
        await book.releaseLease(holders[got.indexOf(true)] as string)
      })

      test('of an engine that has died goes to another when its time has passed', async () => {
        expect(await book.takeLease('dead', 300)).toBe(true)
        await until(() => under.other.takeLease('heir', 60_000))
        expect(await book.takeLease('dead', 300)).toBe(false)
        await under.other.releaseLease('heir')
      })
    })

    describe('what is loaded', () => {
      test('are rules that are switched on, whole', async () => {
        const config = {url: 'https://hooks.example/', secret: 'geheim'}
        const [on, off] = [
          await create({notification_channel: 'webhook', notification_config: config}),
          await create({is_active: false}),
        ]
        expect(await loaded(on)).toEqual({
          id: on.id,
          version: 1,
          stateVersion: 0,
          written: {...writtenOf(on), notification_config: config},
          createdAt: on.created_at,
          changedAt: on.updated_at,
          byHand: new Map(),
        })
        expect((await book.load()).rules.some(({id}) => id === off.id)).toBe(false)
      })

      test('is the state as it was committed', async () => {
        const {rule, alert} = await opened()
        expect(await loaded(rule, under.other)).toMatchObject({state: openState(alert), stateVersion: 1})
      })

      test('a rule that was switched off and on begins anew', async () => {
        const {rule} = await opened()
        await alerts.updateRule(ROOT, rule.id, {...writtenOf(rule), is_active: false})
        const on = await alerts.updateRule(ROOT, rule.id, {...writtenOf(rule), is_active: true})
        const again = await loaded(rule)
        expect(again).not.toHaveProperty('state')
        expect(again).toMatchObject({createdAt: on.updated_at, changedAt: on.updated_at, version: 3})
        expect(await eventsOf(rule)).toEqual(['opened', 'resolved'])
        expect((await statisticsOf(rule)).triggered).toBe(1)
      })

      test('what people did is there until the engine’s state no longer speaks of the alert', async () => {
        const {rule, alert} = await opened()
        await alerts.acknowledge(ROOT, alert)
        const seen = await loaded(rule)
        expect([...seen.byHand]).toEqual([[alert, {acknowledgedAt: expect.any(Number)}]])
        expect(await book.commit(seen, openState(alert), [], [], at(1))).toBe(true)
        await alerts.resolve(ROOT, alert)
        const over = await loaded(rule)
        expect(over.byHand.get(alert)).toEqual({acknowledgedAt: expect.any(Number), resolvedAt: expect.any(Number)})
        expect(await book.commit(over, quiet(2), [], [], at(2))).toBe(true)
        expect((await loaded(rule)).byHand).toEqual(new Map())
        expect(await alerts.showAlert(ROOT, alert)).toMatchObject({state: 'resolved', resolved_by: 'local:root'})
      })
    })

    describe('a commit', () => {
      const CHANGES: Array<[string, (rule: StoredRule, alert: string) => Promise<unknown>]> = [
        ['the rule was changed', (rule) => alerts.updateRule(ROOT, rule.id, {...writtenOf(rule), threshold: 11})],
        [
          'the rule was switched off',
          (rule) => alerts.updateRule(ROOT, rule.id, {...writtenOf(rule), is_active: false}),
        ],
        ['the rule was removed', (rule) => alerts.removeRule(ROOT, rule.id)],
        ['an alert of it was acknowledged', (_rule, alert) => alerts.acknowledge(ROOT, alert)],
        ['an alert of it was resolved', (_rule, alert) => alerts.resolve(ROOT, alert)],
        [
          'another engine went on',
          async (rule) => under.other.commit(await loaded(rule, under.other), quiet(1), [], [], at(1)),
        ],
      ]

      test.each(CHANGES)('writes nothing where %s meanwhile', async (_name, meanwhile) => {
        const {rule, alert} = await opened()
        const before = await loaded(rule)
        await meanwhile(rule, alert)
        const [lines, waiting] = [await historyOf(rule), await book.nextNoticeAt()]
        const stale: AlertEvent = {kind: 'resolved', alert, group: ALL, at: T0 + MINUTE, silenced: false}
        const late = randomUUID()
        const notices = [noticeOf(rule, alert)]
        expect(await book.commit(before, quiet(1), [stale, opening(late, 1)], notices, at(1))).toBe(false)
        expect(await historyOf(rule)).toEqual(lines)
        expect(await book.nextNoticeAt()).toEqual(waiting)
        await expect(alerts.showAlert(ROOT, late)).rejects.toMatchObject({code: 'NOT_FOUND'})
      })

      test('is one engine’s where two are at it at once', async () => {
        for (let round = 0; round < 5; round++) {
          const rule = await create()
          const [one, two] = await Promise.all([loaded(rule), loaded(rule, under.other)])
          const [a, b] = [randomUUID(), randomUUID()]
          const done = await Promise.all([
            book.commit(one, openState(a), [opening(a)], [noticeOf(rule, a)], at(0)),
            under.other.commit(two, openState(b), [opening(b)], [noticeOf(rule, b)], at(0)),
          ])
          expect([...done].sort()).toEqual([false, true])
          expect(await eventsOf(rule)).toEqual(['opened'])
          const [kept] = await alerts.triggered(ROOT, {rule: rule.id})
          expect(kept?.id).toBe(done[0] ? a : b)
          expect(await statisticsOf(rule)).toMatchObject({triggered: 1, open: 1, notices_waiting: 1})
        }
      })

      test('and somebody’s hand at the same moment do not overwrite each other', async () => {
        for (let round = 0; round < 5; round++) {
          const {rule, alert} = await opened()
          const before = await loaded(rule)
          const over: AlertEvent = {kind: 'resolved', alert, group: ALL, at: T0 + MINUTE, value: 3, silenced: false}
          const [committed, byHand] = await Promise.all([
            under.other.commit(before, quiet(1), [over], [], at(1)),
            alerts.resolve(ROOT, alert),
          ])
          const by = committed ? 'engine' : 'local:root'
          expect(byHand).toMatchObject({state: 'resolved', resolved_by: by})
          expect(await eventsOf(rule)).toEqual(['opened', 'resolved'])
          expect((await loaded(rule)).byHand.size).toBe(committed ? 0 : 1)
        }
      })

      test('does not take from somebody what they resolved first', async () => {
        const {rule, alert} = await opened()
        await alerts.resolve(ROOT, alert)
        // An evaluation of a moment before that finds it over, too.
        const over: AlertEvent = {kind: 'resolved', alert, group: ALL, at: T0 + MINUTE, silenced: false}
        expect(await book.commit(await loaded(rule), quiet(1), [over], [], at(1))).toBe(true)
        expect(await alerts.showAlert(ROOT, alert)).toMatchObject({resolved_by: 'local:root'})
        expect(await eventsOf(rule)).toEqual(['opened', 'resolved'])
      })

      test('of many rules writes those that are still as they were', async () => {
        const rules = [await create(), await create(), await create()]
        const before = await Promise.all(rules.map((rule) => loaded(rule)))
        await alerts.updateRule(ROOT, rules[1]?.id ?? '', {...writtenOf(rules[1] as StoredRule), threshold: 11})
        const ids = rules.map(() => randomUUID())
        const commits = before.map((rule, i) => {
          const alert = ids[i] as string
          return {
            rule,
            state: openState(alert),
            events: [opening(alert)],
            notices: [noticeOf(rules[i] as StoredRule, alert)],
          }
        })
        expect(await book.commitMany(commits, at(0))).toEqual([true, false, true])
        expect(await Promise.all(rules.map(async (rule) => (await statisticsOf(rule)).triggered))).toEqual([1, 0, 1])
        expect(await book.commitMany([], at(0))).toEqual([])
      })

      test('that fails half-way leaves nothing behind', async () => {
        const rule = await create()
        const alert = randomUUID()
        const before = await loaded(rule)
        const astray = noticeOf(rule, randomUUID())
        await expect(book.commit(before, openState(alert), [opening(alert)], [astray], at(0))).rejects.toThrow()
        expect(await loaded(rule)).toEqual(before)
        await expect(alerts.showAlert(ROOT, alert)).rejects.toMatchObject({code: 'NOT_FOUND'})
        expect(await statisticsOf(rule)).toMatchObject({health: 'waiting', triggered: 0})
      })

      test('takes a pending alert through all it may become', async () => {
        const rule = await create({for: '5m', time_window: '10m'})
        const alert = randomUUID()
        const group = ALL
        const moment = (minutes: number) => T0 + minutes * MINUTE
        const events: AlertEvent[] = [
          {kind: 'pending', alert, group, at: moment(0), value: 11},
          {...opening(alert, 7), value: 20, detail: {errors: 20, all: 100}} as AlertEvent,
          {kind: 'moved', alert, group, at: moment(5)},
          {kind: 'again', alert, group, at: moment(30), value: 25, silenced: false},
        ]
        expect(await book.commit(await loaded(rule), openState(alert), events, [], at(30))).toBe(true)
        expect(await alerts.showAlert(ROOT, alert)).toMatchObject({state: 'open', opened_at: iso(5)})
        await alerts.acknowledge(ROOT, alert)
        const over: AlertEvent = {kind: 'resolved', alert, group, at: moment(40), value: 2, silenced: false}
        expect(await book.commit(await loaded(rule), quiet(40), [over], [], at(41))).toBe(true)
        expect(await alerts.showAlert(ROOT, alert)).toMatchObject({
          state: 'resolved',
          acknowledged_by: 'local:root',
          resolved_by: 'engine',
          resolved_at: iso(40),
          value: 2,
          until: iso(40),
        })
        const lines = (await historyOf(rule)).filter(({event}) => event !== 'acknowledged')
        expect(lines.map(({at, event, value, detail}) => [at, event, value, detail])).toEqual([
          [iso(0), 'pending', 11, undefined],
          [iso(5), 'moved', undefined, expect.stringContaining('late')],
          [iso(7), 'opened', 20, 'errors: 20, all: 100'],
          [iso(40), 'resolved', 2, undefined],
        ])
        expect((await loaded(rule)).byHand.size).toBe(0)
      })

      test('keeps what log records hold as it is, whatever it is', async () => {
        const rule = await create({group_by: ['service', 'host']})
        const values = ["a\0b'; drop table users; -- \ud800 \u001b[31m", null]
        const alert = randomUUID()
        const group = groupKey(values)
        const event: AlertEvent = {...opening(alert, 0, group), detail: {example: 'x\0\udfff'}} as AlertEvent
        expect(await book.commit(await loaded(rule), openState(alert, 0, group), [event], [], at(0))).toBe(true)
        const shown = await alerts.showAlert(ROOT, alert)
        expect(shown.group).toEqual({service: values[0], host: null})
        expect((await loaded(rule)).state?.groups).toHaveProperty([group])
        expect((await historyOf(rule))[0]?.group).toEqual(shown.group)
      })

      test('of thousands of groups is one', async () => {
        const rule = await create({group_by: ['service']})
        const many = Array.from({length: 1_203}, (_, i) => ({alert: randomUUID(), group: groupKey([`s${i}`])}))
        const events = many.map(({alert, group}) => opening(alert, 0, group))
        const groups = Object.assign({}, ...many.map(({alert, group}) => openState(alert, 0, group).groups))
        expect(await book.commit(await loaded(rule), {until: T0, groups, early: {}}, events, [], at(0))).toBe(true)
        expect(await statisticsOf(rule)).toMatchObject({triggered: 1_203, open: 1_203})
        await alerts.removeRule(ROOT, rule.id)
        expect(await alerts.triggered(ROOT, {rule: rule.id})).toEqual([])
      })
    })

    describe('notices', () => {
      /** Claims what is due until this one comes, as other tests leave theirs. */
      const claim = async (id: string, minutes: number, by = book, holder = 'one', holdMs = MINUTE) => {
        const claimed = await by.claimNotices(holder, at(minutes), 1_000, holdMs)
        return claimed.find((notice: WaitingNotice) => notice.id === id)
      }
      const webhook = {notification_channel: 'webhook', notification_config: {url: 'https://hooks.example/'}} as const

      test('are claimed by one of two, and come free when the claim has passed', async () => {
        const {rule, alert, notice} = await opened(webhook, true)
        const both = await Promise.all([claim(notice, 0), claim(notice, 0, under.other, 'two')])
        const got = both.filter((each) => each !== undefined)
        expect(got).toEqual([
          {
            id: notice,
            alertId: alert,
            ruleId: rule.id,
            channel: 'webhook',
            channelConfig: webhook.notification_config,
            body: expect.objectContaining({id: notice}),
            attempts: 0,
            createdAt: iso(0),
          },
        ])
        expect(await claim(notice, 0.5)).toBeUndefined()
        expect(await claim(notice, 1, under.other)).toMatchObject({id: notice, attempts: 1})
        await book.settleNotice(notice, {sent: true}, at(2))
        expect(await claim(notice, 60)).toBeUndefined()
        expect(await eventsOf(rule)).toEqual(['opened', 'notice_sent'])
        expect(await statisticsOf(rule)).toMatchObject({notices_sent: 1, notices_failed: 0, notices_waiting: 0})
      })

      test('that did not arrive wait, one line for each reason, and are given up in the end', async () => {
        const {rule, notice} = await opened(webhook, true)
        expect(await claim(notice, 0)).toBeDefined()
        for (const [minutes, reason] of [
          [1, 'answered 500'],
          [2, 'answered 500'],
          [3, 'no answer \0\ud800'],
        ] as const) {
          await book.settleNotice(notice, {sent: false, reason, next: at(minutes + 1)}, at(minutes))
        }
        expect(await statisticsOf(rule)).toMatchObject({notices_waiting: 1, notices_failed: 0})
        const due = await book.nextNoticeAt()
        expect(due && due <= at(4)).toBe(true)
        expect(await claim(notice, 3.5)).toBeUndefined()
        expect(await claim(notice, 4)).toMatchObject({attempts: 1})
        await book.settleNotice(notice, {sent: false, reason: 'gone for good'}, at(5))
        await book.settleNotice(notice, {sent: false, reason: 'too late to say', next: at(6)}, at(5))
        expect(await claim(notice, 60)).toBeUndefined()
        const lines = (await historyOf(rule)).map(({event, detail, by}) => [event, detail, by])
        expect(lines).toEqual([
          ['opened', undefined, undefined],
          ['notice_waiting', 'answered 500', 'webhook'],
          ['notice_waiting', 'no answer \ufffd\ufffd', 'webhook'],
          ['notice_failed', 'gone for good', 'webhook'],
        ])
        expect(await statisticsOf(rule)).toMatchObject({notices_sent: 0, notices_failed: 1, notices_waiting: 0})
      })

      test('that arrived have arrived, whatever else is said of them', async () => {
        const {rule, notice} = await opened(webhook, true)
        await book.settleNotice(notice, {sent: false, reason: 'given up'}, at(1))
        await under.other.settleNotice(notice, {sent: true}, at(2))
        await book.settleNotice(notice, {sent: true}, at(3))
        await book.settleNotice(notice, {sent: false, reason: 'no'}, at(3))
        expect(await statisticsOf(rule)).toMatchObject({notices_sent: 1, notices_failed: 0})
        expect(await eventsOf(rule)).toEqual(['opened', 'notice_failed', 'notice_sent'])
        await book.settleNotice(randomUUID(), {sent: true}, at(3))
      })

      test('go where the rule says now; of one that is gone, where it said', async () => {
        const {rule, notice} = await opened(webhook, true)
        const slack = {
          notification_channel: 'slack' as const,
          notification_config: {url: 'https://hooks.slack.com/services/a'},
        }
        await alerts.updateRule(ROOT, rule.id, {...writtenOf(rule), ...slack})
        expect(await claim(notice, 0)).toMatchObject({channel: 'slack', channelConfig: slack.notification_config})
        await alerts.removeRule(ROOT, rule.id)
        expect(await claim(notice, 10)).toMatchObject({
          channel: 'webhook',
          channelConfig: webhook.notification_config,
          ruleId: rule.id,
        })
        await book.settleNotice(notice, {sent: true}, at(11))
        expect((await alerts.history(ROOT, {rule: rule.name})).map(({event}) => event)).toContain('notice_sent')
      })

      test('leave a line with each alert that they name', async () => {
        const rule = await create({group_by: ['service']})
        const ids = [randomUUID(), randomUUID()]
        const groups = [groupKey(['a']), groupKey(['b'])]
        const events = ids.map((alert, i) => opening(alert, 0, groups[i] as string))
        const notice = noticeOf(rule, ...ids)
        await book.commit(await loaded(rule), quiet(0), events, [notice], at(0))
        await book.settleNotice(notice.id, {sent: true}, at(1))
        for (const alert of ids) {
          const lines = await alerts.history(ROOT, {alert})
          expect(lines.map(({event}) => event)).toEqual(['notice_sent', 'opened'])
        }
        expect((await statisticsOf(rule)).notices_sent).toBe(1)
      })
    })

    test('what was over before a moment is forgotten, and nothing else', async () => {
      const over = (alert: string, minutes: number, group = ALL): AlertEvent => ({
        kind: 'resolved',
        alert,
        group,
        at: T0 + minutes * MINUTE,
        silenced: false,
      })
      const rule = await create({group_by: ['service']})
      const names = ['old', 'later', 'open', 'by hand', 'waiting'] as const
      const ids = Object.fromEntries(names.map((each) => [each, randomUUID()])) as Record<
        (typeof names)[number],
        string
      >
      const group = (each: string) => groupKey([each])
      // Days before what other tests write.
      const [day, noon] = [-4 * 1_440, -4 * 1_440 + 720]
      const events = names.map((each) => opening(ids[each], day, group(each)))
      const ends = [over(ids.old, noon, group('old')), over(ids.later, day + 1_440, group('later'))]
      ends.push(over(ids.waiting, noon, group('waiting')))
      const state = {
        until: T0 + (day + 1_440) * MINUTE,
        groups: {
          ...openState(ids.open, day, group('open')).groups,
          ...openState(ids['by hand'], day, group('by hand')).groups,
        },
        early: {},
      }
      const notice = noticeOf(rule, ids.waiting)
      const commit = book.commit(await loaded(rule), state, [...events, ...ends], [notice], at(day))
      expect(await commit).toBe(true)
      await alerts.resolve(ROOT, ids['by hand'])
      const forget = async () => {
        while ((await book.forgetBefore(at(noon + 60))) > 0);
      }
      await forget()
      const states = ['pending', 'open', 'acknowledged', 'resolved'] as const
      const left = async () => (await alerts.triggered(ROOT, {rule: rule.id, states})).map(({id}) => id).sort()
      expect(await left()).toEqual([ids.later, ids.open, ids['by hand'], ids.waiting].sort())
      expect(await alerts.history(ROOT, {alert: ids.later})).toHaveLength(2)
      expect(await alerts.history(ROOT, {alert: ids.open})).toHaveLength(1)
      await expect(alerts.history(ROOT, {alert: ids.old})).rejects.toMatchObject({code: 'NOT_FOUND'})
      await book.settleNotice(notice.id, {sent: true}, at(noon))
      await forget()
      expect(await left()).toEqual([ids.later, ids.open, ids['by hand']].sort())
      expect((await statisticsOf(rule)).triggered).toBe(5)
    })

    test('a rule that fails is neither firing nor fine, until it can be evaluated again', async () => {
      const {rule, alert} = await opened()
      const before = await loaded(rule)
      await book.noteFailure(rule.id, 'the store is away \0', at(1))
      await book.noteFailure(rule.id, 'the store is away \0', at(2))
      await book.noteMissed(rule.id, '2 days were not looked at', at(3))
      expect(await statisticsOf(rule)).toMatchObject({
        health: 'failing',
        last_error: 'the store is away \ufffd',
        failing_since: iso(1),
        last_checked_at: iso(0),
        open: 1,
      })
      // It does not stand in the way of what was found before.
      expect(await book.commit(before, openState(alert, 4), [], [], at(4))).toBe(true)
      const fine = await statisticsOf(rule)
      expect(fine).toMatchObject({health: 'ok', last_checked_at: iso(4)})
      expect(fine).not.toHaveProperty('last_error')
      expect(fine).not.toHaveProperty('failing_since')
      expect(await eventsOf(rule)).toEqual(['opened', 'failing', 'missed', 'recovered'])
      await book.noteFailure(randomUUID(), 'there is none', at(5))
      await book.noteMissed(randomUUID(), 'there is none', at(5))
    })
  })
}
