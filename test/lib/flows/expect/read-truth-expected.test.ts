import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, expect, test} from 'vitest'
import {readTruthExpected} from '../../../../src/lib/flows/expect/read-truth-expected.js'
import {emptyHome} from '../../../support/run-logflow.js'

const folder = emptyHome()
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function written(...lines: unknown[]): string {
  const path = join(folder, 'truth.jsonl')
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
  return path
}

const INCIDENT = {
  kind: 'incident',
  scenario: 'slow-db',
  begin: '2026-01-01T10:05:00.000000Z',
  end: '2026-01-01T10:15:00.000000Z',
  trace_ids: ['a', 'b'],
  cause: {time: '2026-01-01T10:05:00.000000Z', service: 'inventory', host: 'i', level: 'INFO', message: 'migrated'},
}

test('incidents, what caused them, and how many records each trace has', async () => {
  const span = {trace_id: 'a', span_id: '1', parent_span_id: null, service: 'gateway'}
  const trace = {kind: 'trace', trace_id: 'a', records: {gateway: 1, orders: 2}}
  expect(await readTruthExpected(written(span, trace, INCIDENT))).toEqual([
    {
      name: 'slow-db 10:05:00',
      cause: {time: '2026-01-01T10:05:00.000000Z', service: 'inventory', message: 'migrated'},
      traces: [
        {id: 'a', records: {gateway: 1, orders: 2}},
        {id: 'b', records: undefined},
      ],
    },
  ])
})

test.each([
  ['nothing to expect', [{...INCIDENT, trace_ids: [], cause: null}], /has no incident of which anything/],
  ['a line that is cut off', ['{"kind":"incident","beg'], /truth\.jsonl:1: no JSON/],
  ['a trace without an id', [INCIDENT, {kind: 'trace', records: {}}], /truth\.jsonl:2: trace_id must be text/],
  [
    'records that are no number',
    [{kind: 'trace', trace_id: 'a', records: {mail: 'two'}}],
    /truth\.jsonl:1: records of mail must be a whole number/,
  ],
  ['a cause without a service', [{...INCIDENT, cause: {time: 't'}}], /service must be text/],
])('%s is refused', async (_, lines, why) => {
  await expect(readTruthExpected(written(...lines))).rejects.toThrow(why)
})

test('a file that is not there is told by its name', async () => {
  await expect(readTruthExpected(join(folder, 'none.jsonl'))).rejects.toMatchObject({code: 'FILE_UNREADABLE'})
})
