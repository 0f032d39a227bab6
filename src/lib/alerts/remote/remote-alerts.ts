// The alerts of a logflow server, over HTTP. Who asks is who the client's token stands for: the caller that is given is
// not sent, and the server alone decides what they may do.

import type {Caller} from '../../accounts/accounts.js'
import type {Ask, RemoteClient} from '../../remote/client.js'
import {isNoSegment, notThere, pathSegment} from '../../remote/path-segment.js'
import {API_PREFIX} from '../../remote/protocol.js'
import type {
  AlertQuestion,
  Alerts,
  HistoryEntry,
  HistoryQuestion,
  NoticeTest,
  RuleQuestion,
  Silence,
  StoredRule,
  TriggeredAlert,
} from '../alerts.js'
import type {WrittenRule} from '../rule.js'

type QueryValues = Record<string, string | number | boolean | readonly string[] | undefined>
type Page<T> = {items: T[]; next_cursor?: string}

/** What a server gives at once. */
const MOST_ITEMS = 1_000

export class RemoteAlerts implements Alerts {
  readonly kind = 'remote'

  constructor(private readonly client: RemoteClient) {}

  createRule(_caller: Caller, rule: WrittenRule): Promise<StoredRule> {
    return this.change('POST', '/alerts/rules', {body: written(rule)})
  }

  async listRules(_caller: Caller, {after: cursor, ...question}: RuleQuestion = {}): Promise<StoredRule[]> {
    return (await this.read<Page<StoredRule>>('/alerts/rules', {...question, cursor})).items
  }

  async showRule(_caller: Caller, which: string): Promise<StoredRule> {
    return this.read(await this.rulePath(which))
  }

  async updateRule(_caller: Caller, which: string, rule: WrittenRule, version?: number): Promise<StoredRule> {
    const headers = version === undefined ? {} : {headers: {'if-match': `"${version}"`}}
    return this.change('PUT', await this.rulePath(which), {body: written(rule), ...headers})
  }

  async removeRule(_caller: Caller, which: string): Promise<void> {
    await this.change('DELETE', await this.rulePath(which))
  }

  async notifyTest(_caller: Caller, which: string): Promise<NoticeTest> {
    return this.change('POST', `${await this.rulePath(which)}/notify-test`, {body: {}})
  }

  async triggered(
    _caller: Caller,
    {states, after: cursor, ...question}: AlertQuestion = {},
  ): Promise<TriggeredAlert[]> {
    const parameters = {...question, state: states, cursor}
    return (await this.read<Page<TriggeredAlert>>('/alerts/triggered', parameters)).items
  }

  async showAlert(_caller: Caller, id: string): Promise<TriggeredAlert> {
    return this.read(alertPath(id))
  }

  /** Twice does what once does. */
  async acknowledge(_caller: Caller, id: string, note?: string): Promise<TriggeredAlert> {
    return this.change('POST', `${alertPath(id)}/acknowledge`, {body: noteBody(note), repeatable: true})
  }

  async resolve(_caller: Caller, id: string, note?: string): Promise<TriggeredAlert> {
    return this.change('POST', `${alertPath(id)}/resolve`, {body: noteBody(note)})
  }

  async history(_caller: Caller, {since, until, after, ...question}: HistoryQuestion = {}): Promise<HistoryEntry[]> {
    const parameters = {...question, start_time: since, end_time: until, cursor: after}
    return (await this.read<Page<HistoryEntry>>('/alerts/history', parameters)).items
  }

  silence(_caller: Caller, silence: Parameters<Alerts['silence']>[1]): Promise<Silence> {
    return this.change('POST', '/alerts/silences', {body: silence})
  }

  async listSilences(_caller: Caller, all?: boolean): Promise<Silence[]> {
    return (await this.read<Page<Silence>>('/alerts/silences', {all})).items
  }

  async endSilence(_caller: Caller, id: string): Promise<Silence> {
    return this.change('DELETE', `/alerts/silences/${pathSegment(id)}`)
  }

  async close(): Promise<void> {}

  /** A name that cannot stand in a path is looked for among all. */
  private async rulePath(which: string): Promise<string> {
    if (!isNoSegment(which)) return `/alerts/rules/${encodeURIComponent(which)}`
    for (let cursor: string | undefined; ; ) {
      const page = await this.read<Page<StoredRule>>('/alerts/rules', {limit: MOST_ITEMS, cursor})
      const found = page.items.find(({name}) => name === which)
      if (found !== undefined) return `/alerts/rules/${pathSegment(found.id)}`
      if (page.next_cursor === undefined) throw notThere(which)
      cursor = page.next_cursor
    }
  }

  private read<T>(path: string, query: QueryValues = {}): Promise<T> {
    return this.client.ask({path: API_PREFIX + path + queryString(query), repeatable: true})
  }

  /** Not sent twice unless said: an answer that was lost may have been a yes. */
  private change<T>(method: Ask['method'], path: string, more: Partial<Ask> = {}): Promise<T> {
    return this.client.ask({method, path: API_PREFIX + path, repeatable: false, waitMs: 0, ...more})
  }
}

/** A field that is `null` is as if it were not there. */
function written(rule: WrittenRule): object {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== null))
}

function alertPath(id: string): string {
  return `/alerts/triggered/${pathSegment(id)}`
}

function noteBody(note: string | undefined): object {
  return note === undefined ? {} : {note}
}

/** Lists as a parameter that is repeated. */
function queryString(query: QueryValues): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of [value ?? []].flat()) parameters.append(name, String(one))
  return parameters.size === 0 ? '' : `?${parameters}`
}
