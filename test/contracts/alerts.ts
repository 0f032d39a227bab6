// Everything alerts.ts promises, run over every adapter: `alertsContract(name, open)` in a test file of the adapter.
// Rules have names of their own in each test, so that all tests share one set.

import {randomUUID} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Caller} from '../../src/lib/accounts/accounts.js'
import type {Alerts, StoredRule, TriggeredAlert} from '../../src/lib/alerts/alerts.js'
import type {EngineBook, NewNotice} from '../../src/lib/alerts/engine-book.js'
import {groupKey, type WrittenRule} from '../../src/lib/alerts/rule.js'
import type {AlertEvent} from '../../src/lib/alerts/state.js'
import {writtenOf} from '../../src/lib/alerts/written-of.js'

/** Somebody at work: a remote adapter knows who they are by its token, a local one by the caller it is given. */
export interface AlertPerson {
  alerts: Alerts
  caller: Caller
}

export interface AlertsUnderTest {
  admin: AlertPerson
  /** A user who is no admin, each time another. */
  somebody(): Promise<AlertPerson>
  /** A user with a token that may only read. */
  reader(): Promise<AlertPerson>
  /** On the database that these alerts are in. */
  book: EngineBook
  close(): Promise<void>
}

const SECRET = 'not-for-your-eyes'
const T0 = Date.UTC(2024, 0, 5, 10)
const MINUTE = 60_000
const iso = (ms: number) => new Date(ms).toISOString()

export function alertsContract(name: string, open: () => Promise<AlertsUnderTest>): void {
  describe(name, {timeout: 60_000}, () => {
    let under: AlertsUnderTest
    let admin: AlertPerson
    beforeAll(async () => {
      under = await open()
      admin = under.admin
    })
    afterAll(() => under?.close())

    const newName = () => `rule ${randomUUID().slice(0, 8)}`
    const written = (change: Partial<WrittenRule> = {}): WrittenRule => ({
      name: newName(),
      query: 'level:error',
      threshold: 10,
      ...change,
    })
    const create = (change: Partial<WrittenRule> = {}, by = admin): Promise<StoredRule> =>
      by.alerts.createRule(by.caller, written(change))

    /** Engine at work: commits these events of a rule. */
    async function happens(
      rule: StoredRule,
      events: AlertEvent[],
      {
        open = {},
        until = T0,
        notices = [],
      }: {open?: Record<string, string>; until?: number; notices?: NewNotice[]} = {},
    ): Promise<boolean> {
      const loaded = (await under.book.load()).rules.find(({id}) => id === rule.id)
      if (!loaded) throw new Error('the rule is not there for the engine')
      const groups = Object.fromEntries(
        Object.entries(open).map(([group, alert]) => [
          group,
          {phase: 'open' as const, alert, since: T0, openedAt: T0, toldAt: T0},
        ]),
      )
      return under.book.commit(loaded, {until, groups, early: {}}, events, notices, new Date(until))
    }

    /** A rule with one open alert. */
    async function opened(change: Partial<WrittenRule> = {}, by = admin): Promise<{rule: StoredRule; id: string}> {
      const rule = await create(change, by)
      const id = randomUUID()
      const group = groupKey((change.group_by ?? []).map((field) => `a ${field}`))
      const event: AlertEvent = {kind: 'opened', alert: id, group, at: T0, value: 12, silenced: false}
      expect(await happens(rule, [event], {open: {[group]: id}})).toBe(true)
      return {rule, id}
    }

    const failure = async (work: Promise<unknown>) =>
      work.then(
        () => 'was not refused',
        (error: {code?: string}) => error.code,
      )

    describe('rules', () => {
      test('come back as they were written, with id, version, owner, times and statistics', async () => {
        const one = await under.somebody()
        const rule = written({
          description: 'too many “errors”',
          labels: {team: 'pay'},
          for: '2m',
          severity: 'critical',
        })
        const made = await one.alerts.createRule(one.caller, rule)
        expect(made).toEqual({
          ...rule,
          is_active: true,
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          version: 1,
          owner_id: one.caller.subject,
          owner: one.caller.username,
          created_at: made.updated_at,
          updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          statistics: {
            health: 'waiting',
            triggered: 0,
            open: 0,
            notices_sent: 0,
            notices_failed: 0,
            notices_waiting: 0,
          },
        })
        for (const which of [made.id, made.name, made.name.toUpperCase()]) {
          expect(await admin.alerts.showRule(admin.caller, which)).toEqual(made)
        }
      })

      test('a name that is taken is refused, in whatever case; also of two at once', async () => {
        const {name} = await create()
        expect(await failure(create({name: name.toUpperCase()}))).toBe('ALREADY_THERE')
        const twice = newName()
        const both = await Promise.allSettled([create({name: twice}), create({name: twice})])
        expect(both.map(({status}) => status).sort()).toEqual(['fulfilled', 'rejected'])
        const other = await create()
        const renamed = admin.alerts.updateRule(admin.caller, other.id, {...writtenOf(other), name})
        expect(await failure(renamed)).toBe('ALREADY_THERE')
      })

      test.each([
        ['a field that there is not', {tresholt: 3}],
        ['a query that cannot be read', {query: 'level:('}],
        ['a window of nothing', {time_window: 0}],
        ['a threshold that is no number', {threshold: 'many'}],
        [
          'a mask where nothing is kept',
          {notification_channel: 'webhook', notification_config: {url: 'https://a.example/', secret: '***'}},
        ],
      ])('%s is refused', async (_name, change) => {
        const code = await failure(create(change as Partial<WrittenRule>))
        // A server may refuse by its schema what the rule's own check would.
        expect(['BAD_RULE', 'USAGE']).toContain(code)
      })

      test('are listed by name, in pages', async () => {
        const prefix = newName()
        for (const letter of ['c', 'A', 'b', 'd'])
          await create({name: `${prefix} ${letter}`, is_active: letter !== 'd'})
        const all: string[] = []
        let after: string | undefined
        for (;;) {
          const page = await admin.alerts.listRules(admin.caller, {limit: 3, ...(after === undefined ? {} : {after})})
          all.push(...page.map((rule) => rule.name))
          after = page.at(-1)?.id
          if (page.length < 3) break
        }
        const mine = all.filter((each) => each.startsWith(prefix)).map((each) => each.at(-1))
        expect(mine).toEqual(['A', 'b', 'c', 'd'])
        expect(new Set(all).size).toBe(all.length)
        const off = await admin.alerts.listRules(admin.caller, {active: false, limit: 1_000})
        expect(off.map((rule) => rule.name).filter((each) => each.startsWith(prefix))).toEqual([`${prefix} d`])
      })

      test('are told where their notices go by a test, for owners and admins', async () => {
        const [one, other, reader] = [await under.somebody(), await under.somebody(), await under.reader()]
        const plain = await create({}, one)
        expect(await one.alerts.notifyTest(one.caller, plain.name)).toMatchObject({
          rule: plain.name,
          channel: 'console',
          sent: true,
        })
        for (const {alerts, caller} of [other, reader])
          expect(await failure(alerts.notifyTest(caller, plain.id))).toBe('FORBIDDEN')
        expect(await failure(admin.alerts.notifyTest(admin.caller, newName()))).toBe('NOT_FOUND')
        // What a user has made reaches nothing on this machine.
        const config = {notification_channel: 'webhook' as const, notification_config: {url: 'http://127.0.0.1:9/'}}
        const inside = await create(config, one)
        for (const {alerts, caller} of [one, admin]) {
          expect(await alerts.notifyTest(caller, inside.id)).toMatchObject({
            channel: 'webhook',
            sent: false,
            retriable: false,
            detail: '127.0.0.1 is not a public address: alerts.allow_destinations must name it',
          })
        }
      })

      test('are changed as a whole, once for each version', async () => {
        const rule = await create({description: 'first', labels: {a: 'b'}})
        const next = {name: rule.name, query: 'level:fatal', threshold: 1}
        const changed = await admin.alerts.updateRule(admin.caller, rule.name, next, 1)
        expect(changed).toMatchObject({id: rule.id, version: 2, ...next})
        expect(changed).not.toHaveProperty('description')
        expect(await failure(admin.alerts.updateRule(admin.caller, rule.id, {...next, threshold: 2}, 1))).toBe(
          'ALREADY_THERE',
        )
        // What changes nothing is no change.
        expect(await admin.alerts.updateRule(admin.caller, rule.id, next)).toEqual(changed)
        const both = await Promise.allSettled(
          [3, 4].map((threshold) => admin.alerts.updateRule(admin.caller, rule.id, {...next, threshold}, 2)),
        )
        expect(both.map(({status}) => status).sort()).toEqual(['fulfilled', 'rejected'])
      })

      test('secrets do not come back, and stay when their masks do', async () => {
        const config = {url: 'https://hooks.example/', secret: SECRET, headers: {'X-Key': SECRET}}
        const rule = await create({notification_channel: 'webhook', notification_config: config})
        expect(JSON.stringify(rule)).not.toContain(SECRET)
        expect(JSON.stringify(await admin.alerts.listRules(admin.caller, {limit: 1_000}))).not.toContain(SECRET)
        const changed = await admin.alerts.updateRule(admin.caller, rule.id, {...writtenOf(rule), threshold: 11})
        expect(JSON.stringify(changed)).not.toContain(SECRET)
        const kept = (await under.book.load()).rules.find(({id}) => id === rule.id)
        expect(kept?.written).toMatchObject({threshold: 11, notification_config: config})
        // As it was shown, it is no change.
        expect(await admin.alerts.updateRule(admin.caller, rule.id, writtenOf(changed))).toMatchObject({version: 2})
      })

      test('one that is gone or never was is told', async () => {
        const rule = await create()
        await admin.alerts.removeRule(admin.caller, rule.id)
        for (const which of [rule.id, rule.name, 'nobody', '%', "' or 1=1 --"]) {
          expect(await failure(admin.alerts.showRule(admin.caller, which))).toBe('NOT_FOUND')
          expect(await failure(admin.alerts.removeRule(admin.caller, which))).toBe('NOT_FOUND')
          expect(await failure(admin.alerts.updateRule(admin.caller, which, written()))).toBe('NOT_FOUND')
        }
      })
    })

    describe('rights', () => {
      test('everybody sees a rule; its owner and admins change it', async () => {
        const [owner, other, reader] = await Promise.all([under.somebody(), under.somebody(), under.reader()])
        const rule = await create({}, owner)
        for (const one of [owner, other, reader, admin]) {
          expect((await one.alerts.showRule(one.caller, rule.id)).owner_id).toBe(owner.caller.subject)
        }
        for (const one of [other, reader]) {
          expect(await failure(one.alerts.updateRule(one.caller, rule.id, written({name: rule.name})))).toBe(
            'FORBIDDEN',
          )
          expect(await failure(one.alerts.removeRule(one.caller, rule.id))).toBe('FORBIDDEN')
        }
        expect(await failure(create({}, reader))).toBe('FORBIDDEN')
        const change = {...writtenOf(rule), threshold: 20}
        expect(await owner.alerts.updateRule(owner.caller, rule.id, change)).toMatchObject({threshold: 20})
        const byAdmin = await admin.alerts.updateRule(admin.caller, rule.id, {...change, threshold: 30})
        expect(byAdmin).toMatchObject({threshold: 30, owner_id: owner.caller.subject})
        await owner.alerts.removeRule(owner.caller, rule.id)
      })

      test('everybody who may write works on alerts; who may only read does not', async () => {
        const {id} = await opened()
        const reader = await under.reader()
        for (const work of [
          reader.alerts.acknowledge(reader.caller, id),
          reader.alerts.resolve(reader.caller, id),
          reader.alerts.silence(reader.caller, {matchers: {rule: 'x'}, ends_at: iso(Date.now() + MINUTE)}),
        ]) {
          expect(await failure(work)).toBe('FORBIDDEN')
        }
        expect((await reader.alerts.showAlert(reader.caller, id)).state).toBe('open')
        const one = await under.somebody()
        expect(await one.alerts.acknowledge(one.caller, id)).toMatchObject({acknowledged_by: one.caller.username})
      })
    })

    describe('triggered alerts', () => {
      test('tell what they are about', async () => {
        const {rule, id} = await opened({
          group_by: ['service'],
          severity: 'critical',
          labels: {team: 'pay'},
          runbook: 'https://wiki.example/errors',
          time_window: '10m',
        })
        expect(await admin.alerts.showAlert(admin.caller, id)).toEqual({
          id,
          rule_id: rule.id,
          rule_name: rule.name,
          severity: 'critical',
          state: 'open',
          group: {service: 'a service'},
          labels: {team: 'pay'},
          opened_at: iso(T0),
          updated_at: iso(T0),
          value: 12,
          threshold: 10,
          query: expect.stringMatching(/level:error.*service:"a service"|service:"a service".*level:error/),
          since: iso(T0 - 10 * MINUTE),
          until: iso(T0),
          runbook: 'https://wiki.example/errors',
          silenced: false,
        })
        expect((await admin.alerts.showRule(admin.caller, rule.id)).statistics).toMatchObject({
          health: 'ok',
          triggered: 1,
          open: 1,
          last_triggered_at: iso(T0),
          last_checked_at: iso(T0),
        })
      })

      test('are found by the beginning of an id', async () => {
        const {id} = await opened()
        expect((await admin.alerts.showAlert(admin.caller, id.slice(0, 18))).id).toBe(id)
        for (const no of ['', 'zzz', '%', `${id}0`, randomUUID()]) {
          expect(await failure(admin.alerts.showAlert(admin.caller, no))).toBe('NOT_FOUND')
        }
        const rule = await create()
        const start = randomUUID().slice(0, 30)
        const twins = ['000001', '000002'].map((end) => `${start}${end}`)
        const event = (alert: string): AlertEvent => ({
          kind: 'opened',
          alert,
          group: groupKey([alert]),
          at: T0,
          silenced: false,
        })
        await happens(rule, twins.map(event))
        expect(await failure(admin.alerts.showAlert(admin.caller, start))).toBe('USAGE')
        expect((await admin.alerts.showAlert(admin.caller, twins[1] as string)).id).toBe(twins[1])
      })

      test('are listed newest first, those that are over only when asked for, in pages', async () => {
        const rule = await create({group_by: ['service']})
        const ids = Array.from({length: 7}, () => randomUUID())
        const group = (i: number) => groupKey([`s${i}`])
        const events = ids.map(
          (alert, i): AlertEvent => ({
            kind: 'opened',
            alert,
            group: group(i),
            at: T0 + Math.floor(i / 2) * MINUTE,
            silenced: false,
          }),
        )
        await happens(rule, events)
        await happens(rule, [
          {kind: 'resolved', alert: ids[0] as string, group: group(0), at: T0 + 9 * MINUTE, silenced: false},
        ])
        const pages: TriggeredAlert[] = []
        for (;;) {
          const after = pages.at(-1)?.id
          const question = {rule: rule.name, limit: 4, ...(after === undefined ? {} : {after})}
          const page = await admin.alerts.triggered(admin.caller, question)
          pages.push(...page)
          if (page.length < 4) break
        }
        const order = (a: TriggeredAlert, b: TriggeredAlert) =>
          b.opened_at.localeCompare(a.opened_at) || (b.id < a.id ? -1 : 1)
        expect(pages.map(({id}) => id).sort()).toEqual(ids.slice(1).sort())
        expect(pages).toEqual([...pages].sort(order))
        const over = await admin.alerts.triggered(admin.caller, {rule: rule.id, states: ['resolved']})
        expect(over).toMatchObject([
          {id: ids[0], state: 'resolved', resolved_by: 'engine', resolved_at: iso(T0 + 9 * MINUTE)},
        ])
        expect(await admin.alerts.triggered(admin.caller, {rule: rule.id, severity: 'critical'})).toEqual([])
        expect(await failure(admin.alerts.triggered(admin.caller, {rule: 'there is none'}))).toBe('NOT_FOUND')
      })

      test('are acknowledged once and resolved once, with who and when', async () => {
        const {rule, id} = await opened()
        const [one, other] = await Promise.all([under.somebody(), under.somebody()])
        const seen = await one.alerts.acknowledge(one.caller, id, 'looking into it')
        expect(seen).toMatchObject({
          state: 'acknowledged',
          acknowledged_by: one.caller.username,
          note: 'looking into it',
        })
        expect(await other.alerts.acknowledge(other.caller, id)).toEqual(seen)
        expect((await admin.alerts.triggered(admin.caller, {rule: rule.id})).map(({state}) => state)).toEqual([
          'acknowledged',
        ])
        const over = await other.alerts.resolve(other.caller, id)
        expect(over).toMatchObject({
          state: 'resolved',
          resolved_by: other.caller.username,
          acknowledged_by: one.caller.username,
        })
        expect(await one.alerts.resolve(one.caller, id)).toEqual(over)
        expect(await failure(one.alerts.acknowledge(one.caller, id))).toBe('ALREADY_THERE')
        expect((await admin.alerts.showRule(admin.caller, rule.id)).statistics.open).toBe(0)
        const lines = await admin.alerts.history(admin.caller, {alert: id})
        expect(lines.map(({event, by}) => [event, by])).toEqual([
          ['resolved', other.caller.username],
          ['acknowledged', one.caller.username],
          ['opened', undefined],
        ])
        expect(lines[1]?.detail).toBe('looking into it')
      })

      test('one that is pending can be neither; one that fell back leaves its history alone', async () => {
        const rule = await create({for: '5m'})
        const alert = randomUUID()
        const group = groupKey([])
        await happens(rule, [{kind: 'pending', alert, group, at: T0, value: 11}])
        const [seen] = await admin.alerts.triggered(admin.caller, {rule: rule.id})
        expect(seen).toMatchObject({id: alert, state: 'pending', opened_at: iso(T0), value: 11})
        expect(await failure(admin.alerts.acknowledge(admin.caller, alert))).toBe('ALREADY_THERE')
        expect(await failure(admin.alerts.resolve(admin.caller, alert))).toBe('ALREADY_THERE')
        await happens(rule, [{kind: 'fell_back', alert, group, at: T0 + MINUTE}])
        expect(await failure(admin.alerts.showAlert(admin.caller, alert))).toBe('NOT_FOUND')
        const lines = await admin.alerts.history(admin.caller, {alert})
        expect(lines.map(({event}) => event)).toEqual(['fell_back', 'pending'])
        expect((await admin.alerts.showRule(admin.caller, rule.id)).statistics).toMatchObject({triggered: 0, open: 0})
      })

      test('of a rule that is switched off or removed are over, and stay to be read', async () => {
        const one = await under.somebody()
        for (const how of ['off', 'removed']) {
          const {rule, id} = await opened({}, one)
          if (how === 'off') await one.alerts.updateRule(one.caller, rule.id, {...writtenOf(rule), is_active: false})
          else await one.alerts.removeRule(one.caller, rule.id)
          const over = await admin.alerts.showAlert(admin.caller, id)
          expect(over).toMatchObject({state: 'resolved', resolved_by: one.caller.username, rule_id: rule.id})
          for (const which of [rule.name, rule.id]) {
            const lines = await admin.alerts.history(admin.caller, {rule: which})
            expect(lines.map(({event}) => event)).toEqual(['resolved', 'opened'])
            expect(await admin.alerts.triggered(admin.caller, {rule: which, states: ['resolved']})).toEqual([over])
          }
          expect((await under.book.load()).rules.find(({id: each}) => each === rule.id)).toBeUndefined()
        }
      })
    })

    test('history is told newest first, in pages, of a time', async () => {
      const rule = await create({group_by: ['service']})
      const group = groupKey(['a'])
      const events = Array.from({length: 5}, (_, i): AlertEvent[] => {
        const alert = randomUUID()
        return [
          {kind: 'opened', alert, group, at: T0 + 2 * i * MINUTE, value: i, silenced: i === 0},
          {kind: 'resolved', alert, group, at: T0 + (2 * i + 1) * MINUTE, silenced: i === 0},
        ]
      })
      await happens(rule, events.flat())
      const lines = []
      for (;;) {
        const after = lines.at(-1)?.id
        const question = {rule: rule.name, limit: 4, ...(after === undefined ? {} : {after})}
        const page = await admin.alerts.history(admin.caller, question)
        lines.push(...page)
        if (page.length < 4) break
      }
      const told = ['opened', 'silenced', ...Array.from({length: 4}, () => ['resolved', 'opened']).flat(), 'resolved']
      expect(lines.map(({event}) => event)).toEqual(told.reverse())
      expect(lines[0]).toMatchObject({
        at: iso(T0 + 9 * MINUTE),
        rule_name: rule.name,
        rule_id: rule.id,
        group: {service: 'a'},
      })
      expect(new Set(lines.map(({id}) => id)).size).toBe(lines.length)
      const since = iso(T0 + 2 * MINUTE)
      const some = await admin.alerts.history(admin.caller, {rule: rule.id, since, until: iso(T0 + 4 * MINUTE)})
      expect(some.map(({at}) => at)).toEqual([iso(T0 + 3 * MINUTE), since])
    })

    describe('silences', () => {
      test('are made, listed, and ended by who made them or an admin', async () => {
        const [one, other] = await Promise.all([under.somebody(), under.somebody()])
        const ends_at = iso(Date.now() + 10 * MINUTE)
        const mine = () =>
          one.alerts.silence(one.caller, {
            matchers: {rule: newName(), severity: 'critical'},
            ends_at,
            comment: 'moving',
          })
        const silence = await mine()
        expect(silence).toMatchObject({ends_at, comment: 'moving', created_by: one.caller.username})
        expect(await other.alerts.listSilences(other.caller)).toContainEqual(silence)
        expect(await failure(other.alerts.endSilence(other.caller, silence.id))).toBe('FORBIDDEN')
        const ended = await one.alerts.endSilence(one.caller, silence.id)
        expect(Date.parse(ended.ends_at)).toBeLessThan(Date.parse(ends_at))
        expect(await one.alerts.endSilence(one.caller, silence.id)).toEqual(ended)
        expect(await one.alerts.listSilences(one.caller)).not.toContainEqual(ended)
        expect(await one.alerts.listSilences(one.caller, true)).toContainEqual(ended)
        const second = await mine()
        expect((await admin.alerts.endSilence(admin.caller, second.id)).id).toBe(second.id)
        expect(await failure(one.alerts.endSilence(one.caller, randomUUID()))).toBe('NOT_FOUND')
      })

      const later = () => iso(Date.now() + MINUTE)
      test.each([
        ['nothing that it matches', () => ({matchers: {}, ends_at: later()})],
        ['an end that has been', () => ({matchers: {rule: 'x'}, ends_at: iso(T0 - 365 * 86_400_000)})],
        [
          'an end before its beginning',
          () => ({matchers: {rule: 'x'}, starts_at: iso(Date.now() + 2 * MINUTE), ends_at: later()}),
        ],
        [
          'a beginning long ago',
          () => ({matchers: {rule: 'x'}, starts_at: iso(Date.now() - 60 * MINUTE), ends_at: later()}),
        ],
        ['an end in ten years', () => ({matchers: {rule: 'x'}, ends_at: iso(Date.now() + 3_650 * 86_400_000)})],
      ])('with %s are refused', async (_name, silence) => {
        expect(await failure(admin.alerts.silence(admin.caller, silence()))).toBe('USAGE')
      })

      test('are there for the engine while they may matter', async () => {
        const rule = newName()
        const ends_at = iso(Date.now() + 10 * MINUTE)
        const {starts_at} = await admin.alerts.silence(admin.caller, {matchers: {rule}, ends_at})
        const {silences} = await under.book.load()
        expect(silences.filter(({matchers}) => matchers.rule === rule)).toEqual([
          {from: Date.parse(starts_at), until: Date.parse(ends_at), matchers: {rule}},
        ])
      })
    })
  })
}
