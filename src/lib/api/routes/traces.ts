import type {RouteOptions} from 'fastify'
import {LogflowError} from '../../errors/logflow-error.js'
import {findTrace} from '../../flows/find-trace.js'
import {traceQuery} from '../../query/build-query.js'
import {traceJson} from '../../trace/trace-json.js'
import {buildTrace} from '../../trace/trace-tree.js'
import type {ApiParts} from '../api.js'
import {answerWhole} from '../stream.js'

/** Drawn at once, while nobody else is answered. */
const MOST_RECORDS = 20_000

export function tracesRoutes(parts: ApiParts): RouteOptions[] {
  return [
    {
      method: 'GET',
      url: '/traces/:id',
      config: {name: 'traces.get', access: 'reader'},
      schema: {
        tags: ['logs'],
        summary: 'One trace across services, as a tree of spans with their records',
        description: `The same as \`logflow trace ID -o json\`. The id is a trace, correlation or request id, or the beginning of one (4 characters or more) where only one id begins so. Of more than ${MOST_RECORDS} records none are drawn.`,
        params: {
          type: 'object',
          required: ['id'],
          properties: {
            id: {type: 'string', minLength: 1, maxLength: 512, examples: ['4bf92f3577b34da6a3ce929d0e0e4736']},
          },
        },
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: {
            spans_only: {type: 'boolean', default: false, description: 'Without the records of spans'},
            errors: {type: 'boolean', default: false, description: 'Only what failed, and what it happened in'},
          },
        },
        response: {200: {type: 'object', additionalProperties: true}},
      },
      handler: (request, reply) => {
        const {spans_only: spansOnly, errors: errorsOnly} = request.query as {spans_only: boolean; errors: boolean}
        const id = (request.params as {id: string}).id.trim()
        return answerWhole(parts, reply, async (signal) => {
          const store = await parts.store()
          checkSize(await store.count({query: traceQuery(id, 'equals')}))
          const found = await findTrace((ask, stop) => store.search(ask, stop), id, signal)
          if (found.records.length === 0)
            throw new LogflowError('NOT_FOUND', 'no record has this trace, correlation or request id')
          checkSize(found.records.length)
          return traceJson(buildTrace(found.id, found.records), {spansOnly, errorsOnly})
        })
      },
    },
  ]
}

function checkSize(records: number): void {
  if (records <= MOST_RECORDS) return
  throw new LogflowError('USAGE', `the trace has ${records} records: more than ${MOST_RECORDS} are not drawn here`, {
    suggestions: ['Read them page by page: /logs/search?trace_id=…', 'logflow trace ID  on the command line'],
  })
}
