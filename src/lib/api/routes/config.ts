import type {RouteOptions} from 'fastify'
import {appendAudit} from '../../accounts/audit-trail.js'
import {listSystemSettings, type SystemSetting, setSystemValue} from '../../database/system-config.js'
import type {ApiParts} from '../api.js'
import {readLimits} from '../limits.js'
import type {Effective} from '../live-settings.js'

/** Settings that hold for every server of a database, changed while they run. */
export function configRoutes(parts: ApiParts): RouteOptions[] {
  const {live} = parts
  return [
    {
      method: 'GET',
      url: '/config',
      config: {name: 'config', access: 'admin'},
      schema: {
        tags: ['server'],
        summary: 'Settings that can be changed while the server runs',
        description:
          '`value` is what was set here, `null` where nothing was; `effective` is what holds on this server.',
        response: {200: {type: 'object', required: ['items'], properties: {items: {type: 'array', items: SETTING}}}},
      },
      handler: async () => {
        const {queries} = await parts.database()
        const [items] = await Promise.all([listSystemSettings(queries), live.refresh()])
        return {items: items.map((item) => withEffect(item, live.current()))}
      },
    },
    {
      method: 'PUT',
      url: '/config/:key',
      config: {name: 'config.set', access: 'admin'},
      schema: {
        tags: ['server'],
        summary: 'Change a setting, here at once and on other servers within seconds',
        description:
          '`null` takes it back to what the configuration of each server says. Leaves a row in the audit trail.',
        params: {
          type: 'object',
          required: ['key'],
          additionalProperties: false,
          properties: {key: {type: 'string', maxLength: 100, examples: ['registration']}},
        },
        body: {
          type: 'object',
          required: ['value'],
          additionalProperties: false,
          properties: {value: {...VALUE, examples: [false]}},
        },
        response: {200: SETTING},
      },
      async handler(request) {
        const {key} = request.params as {key: string}
        const {value} = request.body as {value: unknown}
        const {caller} = request.context
        if (key === 'rate_limits' && isTextList(value)) readLimits(value, this.routeNames)
        const now = new Date()
        const database = await parts.database()
        const setting = await database.transaction(async (queries) => {
          const changed = await setSystemValue(queries, {key, value, by: caller.subject, now})
          const details = {value: changed.value}
          await appendAudit(queries, {event: 'config_changed', caller, object: changed.key, details}, now)
          return changed
        })
        parts.signals.log.audit('config_changed', {
          operation_id: caller.operation,
          subject_id: caller.subject,
          object_id: setting.key,
        })
        await live.refresh()
        return withEffect(setting, live.current())
      },
    },
  ]
}

function withEffect(setting: SystemSetting, {publicReads, registration, rateLimits}: Effective) {
  const effective = {public_reads: publicReads, registration, rate_limits: rateLimits}[setting.key]
  return {...setting, effective}
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

const VALUE = {
  anyOf: [{type: 'boolean'}, {type: 'array', items: {type: 'string', maxLength: 200}, maxItems: 100}, {type: 'null'}],
}

const SETTING = {
  type: 'object',
  required: ['key', 'describe', 'value', 'effective'],
  additionalProperties: false,
  properties: {
    key: {type: 'string', examples: ['registration']},
    describe: {type: 'string'},
    value: VALUE,
    effective: VALUE,
    updated_at: {type: 'string'},
    updated_by: {type: 'string', description: 'Id of a user'},
  },
}
