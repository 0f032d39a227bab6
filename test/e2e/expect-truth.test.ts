import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'

// What generate says it did, and what arrived of it: with the real binary, as CI runs it.

const home = emptyHome()
const run = (...args: string[]) => runLogflow(args, {home, timeout: 90_000})
const RUN = ['--seed', 'ferry', '--start', '2026-03-01T10:00:00Z', '--duration', '2m', '--rate', '20']
const INCIDENTS = ['--scenario', 'deploy-errors@20s+40s', '--scenario', 'quiet-service@70s+30s']
const TRUTH = ['--format', 'mixed', '--doubled', '5%', '--truth', 'truth.jsonl']

beforeAll(buildLogflow)
afterAll(() => rmSync(home, {recursive: true, force: true}))

test('before anything is processed nobody can know; once it is, every incident has arrived', async () => {
  await run('generate', ...RUN, ...INCIDENTS, ...TRUTH, '--to', 'bus', '--no-process')
  const early = await run('expect', '--truth', 'truth.jsonl', '--catch-up', '0s')
  expect({status: early.status, stdout: early.stdout}).toEqual({
    status: 3,
    stdout: expect.stringMatching(/could not know|"unknown"/),
  })
  await run('process', '--once')
  const {status, stdout, stderr} = await run('expect', '--truth', 'truth.jsonl', '--within', '30s', '-o', 'pretty')
  expect({status, stderr}).toEqual({status: 0, stderr: ''})
  expect(stdout.split('\n').filter((line) => /^[✓✗?]/.test(line))).toEqual([
    expect.stringMatching(/^✓ deploy-errors 10:00:20, what caused it: \d+ records? after /),
    expect.stringMatching(/^✓ deploy-errors 10:00:20, \d+ traces: \d+ records after /),
    expect.stringMatching(/^✓ quiet-service 10:01:10, \d+ traces: \d+ records after /),
  ])
})

test('of records that never came it is told which: the cause, and what each trace lacks', async () => {
  await run('generate', ...RUN, ...INCIDENTS, '--truth', 'withheld.jsonl', '--to', 'all.log')
  const lines = readFileSync(join(home, 'all.log'), 'utf8').split('\n')
  const [traceId] = touchedBy('deploy-errors')
  const lost = lines.filter((line) => line.includes(traceId as string) && line.includes('"service":"orders"'))
  expect(lost.length).toBeGreaterThan(0)
  const kept = lines.filter((line) => !lost.includes(line) && !line.includes('deployed payment 7.4.1'))
  writeFileSync(join(home, 'kept.log'), kept.join('\n'))
  await run('ship', 'kept.log', '--timezone', 'UTC', '--data-dir', 'other')
  const {status, stdout} = await run('expect', '--truth', 'withheld.jsonl', '--data-dir', 'other', '-o', 'pretty')
  expect(status).toBe(1)
  expect(stdout).toMatch(/^✗ deploy-errors 10:00:20, what caused it: expected at least 1, found 0 after /m)
  expect(stdout).toMatch(/^✗ deploy-errors 10:00:20, \d+ traces: expected at least \d+, found \d+ after /m)
  expect(stdout).toContain(`  missing: trace ${traceId}, orders 0 of ${lost.length}\n`)
  expect(stdout).toMatch(/^✓ quiet-service /m)
  const json = await run('expect', '--truth', 'withheld.jsonl', '--data-dir', 'other', '-o', 'json')
  const {verdict, expectations} = JSON.parse(json.stdout)
  expect(verdict).toBe('broken')
  expect(expectations[1]).toMatchObject({
    missing: [{trace_id: traceId, service: 'orders', expected: lost.length, found: 0}],
    traces_missing: 1,
  })
})

test('a truth with no incident, and a query beside one, are refused', async () => {
  await run('generate', ...RUN, '--truth', 'calm.jsonl', '--to', 'calm.log')
  const calm = await run('expect', '--truth', 'calm.jsonl')
  expect(calm.status).toBe(2)
  expect(calm.stderr).toMatch(/^error: calm\.jsonl has no incident of which anything could be expected\n/)
  const both = await run('expect', 'level:error', '--truth', 'truth.jsonl')
  expect(both.status).toBe(2)
  expect(both.stderr).toMatch(/^error: --truth says itself what is expected, and takes no QUERY\n/)
})

function touchedBy(scenario: string): string[] {
  const lines = readFileSync(join(home, 'withheld.jsonl'), 'utf8').trimEnd().split('\n')
  const incident = lines.map((line) => JSON.parse(line)).find((one) => one.scenario === scenario)
  return incident.trace_ids
}
