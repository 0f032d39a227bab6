// Alert rules, what they triggered, its history, and silences. Who may do what is decided in the alerts room; here stand
// the shapes, and who may ask at all. What engines work with (engine-book.ts) is not to be reached from here.

import type {FastifyReply, FastifyRequest, RouteOptions} from 'fastify'
import type {AlertState, StoredRule} from '../../alerts/alerts.js'
import type {Severity, WrittenRule} from '../../alerts/rule.js'
import {LogflowError} from '../../errors/logflow-error.js'
import {parseTime} from '../../query/parse-time.js'
import {
  ALERT,
  ALERT_QUERY,
  ALERTS,
  HISTORY,
  HISTORY_QUERY,
  IF_MATCH,
  NEW_SILENCE,
  NO_BODY,
  NOTE,
  NOTICE_TEST,
  ONE_ALERT,
  ONE_RULE,
  ONE_SILENCE,
  RULE,
  RULE_QUERY,
  RULES,
  SILENCE,
  SILENCE_QUERY,
  SILENCES,
  WRITTEN_RULE,
} from '../alert-schemas.js'
import type {ApiParts} from '../api.js'
import {type AskedFilter, TIME_QUERY, zoneAsked} from '../asked.js'
import {problem} from '../openapi.js'

const TAGS = ['alerts']
const NOTHING = {type: 'null', description: 'Done'} as const
/** A rule with a template for its notices. */
const MOST_RULE_BYTES = 256 * 1024
const MOST_BODY_BYTES = 64 * 1024

export function alertRoutes(parts: ApiParts): RouteOptions[] {
  return [...rules(parts), ...oneRule(parts), ...triggered(parts), history(parts), ...silences(parts)]
}

function idOf(request: FastifyRequest): string {
  return (request.params as {id: string}).id
}

function rules(parts: ApiParts): RouteOptions[] {
  const url = '/alerts/rules'
  return [
    {
      method: 'POST',
      url,
      bodyLimit: MOST_RULE_BYTES,
      config: {name: 'alerts.rules.create', access: 'alerts'},
      schema: {
        tags: TAGS,
        summary: 'Make an alert rule',
        description: 'It is its maker’s: they and admins may change it. Everybody who may read sees it.',
        body: WRITTEN_RULE,
        response: {201: RULE},
      },
      handler: async (request, reply) => {
        const alerts = await parts.alerts()
        const rule = await alerts.createRule(request.context.caller, request.body as WrittenRule)
        return tagged(reply.code(201), rule)
      },
    },
    {
      method: 'GET',
      url,
      config: {name: 'alerts.rules', access: 'reader'},
      schema: {
        tags: TAGS,
        summary: 'All alert rules, by name, and how each of them does',
        querystring: RULE_QUERY,
        response: {200: RULES},
      },
      handler: async (request) => {
        const {cursor, ...question} = request.query as {active?: boolean; limit: number; cursor?: string}
        const alerts = await parts.alerts()
        return page(await alerts.listRules(request.context.caller, {...question, ...after(cursor)}), question.limit)
      },
    },
  ]
}

function oneRule(parts: ApiParts): RouteOptions[] {
  const url = '/alerts/rules/:id'
  return [
    {
      method: 'GET',
      url,
      config: {name: 'alerts.rules.get', access: 'reader'},
      schema: {tags: TAGS, summary: 'One alert rule, and how it does', params: ONE_RULE, response: {200: RULE}},
      handler: async (request, reply) =>
        tagged(reply, await (await parts.alerts()).showRule(request.context.caller, idOf(request))),
    },
    {
      method: 'PUT',
      url,
      bodyLimit: MOST_RULE_BYTES,
      config: {name: 'alerts.rules.update', access: 'alerts'},
      schema: {
        tags: TAGS,
        summary: 'Change an alert rule',
        description:
          'For its owner and admins. The body is the whole rule: what is left out has its default. Its evaluation begins anew; alerts that are open stay so.',
        params: ONE_RULE,
        headers: IF_MATCH,
        body: WRITTEN_RULE,
        response: {200: RULE},
      },
      handler: async (request, reply) => {
        const version = versionOf(request.headers['if-match'])
        const alerts = await parts.alerts()
        const rule = request.body as WrittenRule
        return tagged(reply, await alerts.updateRule(request.context.caller, idOf(request), rule, version))
      },
    },
    {
      method: 'DELETE',
      url,
      config: {name: 'alerts.rules.delete', access: 'alerts'},
      schema: {
        tags: TAGS,
        summary: 'Delete an alert rule',
        description: 'For its owner and admins. Its open alerts are resolved; what it triggered stays in the history.',
        params: ONE_RULE,
        response: {204: NOTHING},
      },
      handler: async (request, reply) => {
        await (await parts.alerts()).removeRule(request.context.caller, idOf(request))
        return reply.code(204).send()
      },
    },
    {
      method: 'POST',
      url: `${url}/notify-test`,
      bodyLimit: MOST_BODY_BYTES,
      // Each of them reaches somebody.
      config: {name: 'alerts.rules.notify-test', access: 'alerts', limit: {limit: 10, windowMs: 60_000}},
      schema: {
        tags: TAGS,
        summary: 'Send a test notice where the notices of a rule go',
        description: 'For its owner and admins. Sent once; the answer tells what the destination said.',
        params: ONE_RULE,
        body: NO_BODY,
        response: {200: NOTICE_TEST},
      },
      handler: async (request) => (await parts.alerts()).notifyTest(request.context.caller, idOf(request)),
    },
  ]
}

/** The rule, with its version as ETag. */
function tagged(reply: FastifyReply, rule: StoredRule): FastifyReply {
  return reply.header('etag', `"${rule.version}"`).send(rule)
}

/** The version of `If-Match: "3"`; absent where any will do. A rule has one tag, so that a list of them is refused. */
function versionOf(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  const [, version] = /^\s*"(\d{1,15})"\s*$/.exec(header) ?? []
  if (version !== undefined) return Number(version)
  throw new LogflowError('USAGE', 'the If-Match header is not the ETag of a rule', {
    suggestions: ['Send the ETag of GET /alerts/rules/{id} as it came: "3"'],
  })
}

interface AlertParameters {
  state?: AlertState[]
  rule?: string
  severity?: Severity
  limit: number
  cursor?: string
}

function triggered(parts: ApiParts): RouteOptions[] {
  const url = '/alerts/triggered'
  return [
    {
      method: 'GET',
      url,
      config: {name: 'alerts.triggered', access: 'reader'},
      schema: {
        tags: TAGS,
        summary: 'What was triggered, the newest first',
        querystring: ALERT_QUERY,
        response: {200: ALERTS, 404: problem('There is no such rule')},
      },
      handler: async (request) => {
        const {state, cursor, ...question} = request.query as AlertParameters
        const states = state === undefined ? {} : {states: state}
        const alerts = await parts.alerts()
        const found = await alerts.triggered(request.context.caller, {...question, ...states, ...after(cursor)})
        return page(found, question.limit)
      },
    },
    {
      method: 'GET',
      url: `${url}/:id`,
      config: {name: 'alerts.triggered.get', access: 'reader'},
      schema: {tags: TAGS, summary: 'One alert', params: ONE_ALERT, response: {200: ALERT}},
      handler: async (request) => (await parts.alerts()).showAlert(request.context.caller, idOf(request)),
    },
    {
      method: 'POST',
      url: `${url}/:id/acknowledge`,
      bodyLimit: MOST_BODY_BYTES,
      config: {name: 'alerts.triggered.acknowledge', access: 'alerts'},
      schema: {
        tags: TAGS,
        summary: 'Say that somebody looks into an alert',
        description: 'Nobody is told of it again meanwhile. Acknowledged twice, it stays as it was.',
        params: ONE_ALERT,
        body: NOTE,
        response: {200: ALERT},
      },
      handler: async (request) =>
        (await parts.alerts()).acknowledge(request.context.caller, idOf(request), noteOf(request)),
    },
    {
      method: 'POST',
      url: `${url}/:id/resolve`,
      bodyLimit: MOST_BODY_BYTES,
      config: {name: 'alerts.triggered.resolve', access: 'alerts'},
      schema: {
        tags: TAGS,
        summary: 'Say that an alert is over',
        description: 'It can open again once its condition no longer held meanwhile.',
        params: ONE_ALERT,
        body: NOTE,
        response: {200: ALERT},
      },
      handler: async (request) =>
        (await parts.alerts()).resolve(request.context.caller, idOf(request), noteOf(request)),
    },
  ]
}

function noteOf(request: FastifyRequest): string | undefined {
  return (request.body as {note?: string} | null | undefined)?.note
}

interface HistoryParameters extends Pick<AskedFilter, 'start_time' | 'end_time' | 'timezone'> {
  rule?: string
  alert?: string
  limit: number
  cursor?: string
}

function history(parts: ApiParts): RouteOptions {
  return {
    method: 'GET',
    url: '/alerts/history',
    config: {name: 'alerts.history', access: 'reader'},
    schema: {
      tags: TAGS,
      summary: 'What happened, the newest first: alerts, notices, and what people did',
      description: 'Of rules that are gone, too. From start_time, and before end_time.',
      querystring: {type: 'object', additionalProperties: false, properties: {...HISTORY_QUERY, ...TIME_QUERY}},
      response: {200: HISTORY, 404: problem('There is no such rule or alert')},
    },
    handler: async (request) => {
      const asked = request.query as HistoryParameters
      const {start_time, end_time, timezone: _, cursor, ...question} = asked
      const [now, zone] = [new Date(), zoneAsked(asked)]
      const items = await (await parts.alerts()).history(request.context.caller, {
        ...question,
        ...after(cursor),
        ...(start_time === undefined ? {} : {since: parseTime(start_time, now, zone)}),
        ...(end_time === undefined ? {} : {until: parseTime(end_time, now, zone)}),
      })
      return page(items, asked.limit)
    },
  }
}

interface SentSilence {
  matchers: Record<string, string>
  starts_at?: string
  ends_at: string
  comment?: string
}

function silences(parts: ApiParts): RouteOptions[] {
  const url = '/alerts/silences'
  return [
    {
      method: 'POST',
      url,
      bodyLimit: MOST_BODY_BYTES,
      config: {name: 'alerts.silences.create', access: 'alerts'},
      schema: {
        tags: TAGS,
        summary: 'Tell nobody of some alerts for a while',
        description: 'They open and resolve all the same.',
        body: NEW_SILENCE,
        response: {201: SILENCE},
      },
      handler: async (request, reply) => {
        const made = await (await parts.alerts()).silence(request.context.caller, request.body as SentSilence)
        return reply.code(201).send(made)
      },
    },
    {
      method: 'GET',
      url,
      config: {name: 'alerts.silences', access: 'reader'},
      schema: {
        tags: TAGS,
        summary: 'Silences that have not ended',
        querystring: SILENCE_QUERY,
        response: {200: SILENCES},
      },
      handler: async (request) => {
        const {all} = request.query as {all: boolean}
        return {items: await (await parts.alerts()).listSilences(request.context.caller, all)}
      },
    },
    {
      method: 'DELETE',
      url: `${url}/:id`,
      config: {name: 'alerts.silences.end', access: 'alerts'},
      schema: {
        tags: TAGS,
        summary: 'End a silence now',
        description: 'For who made it, and admins.',
        params: ONE_SILENCE,
        response: {200: SILENCE},
      },
      handler: async (request) => (await parts.alerts()).endSilence(request.context.caller, idOf(request)),
    },
  ]
}

function after(cursor: string | undefined): {after?: string} {
  return cursor === undefined ? {} : {after: cursor}
}

function page<T extends {id: string}>(items: T[], limit: number): {items: T[]; next_cursor?: string} {
  const last = items.length < limit ? undefined : items.at(-1)
  return {items, ...(last === undefined ? {} : {next_cursor: last.id})}
}
