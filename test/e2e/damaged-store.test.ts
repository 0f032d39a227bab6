import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, test} from 'vitest'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'

beforeAll(buildLogflow, 120_000)

test('a damaged segment: the rest answers, every answer says so, doctor fails, and the same ship mends it', async () => {
  const home = emptyHome()
  const data = join(home, '.local/share/logflow')
  const run = (...args: string[]) => runLogflow(args, {home, timeout: 60_000})
  const lines = (name: string, count: number) => {
    const path = join(home, name)
    writeFileSync(path, Array.from({length: count}, (_, i) => `level=info msg="${name} ${i}"\n`).join(''))
    return path
  }
  // Large enough to be sealed when its writer closes.
  const large = lines('large.log', 25_000)
  expect((await run('ship', large)).status).toBe(0)
  expect((await run('ship', lines('small.log', 10))).status).toBe(0)
  expect(readdirSync(join(data, 'lake/sealed'))).toEqual(['00000001.parquet'])
  expect((await run('doctor', '-o', 'pretty')).status).toBe(0)

  const sealed = join(data, 'lake/sealed/00000001.parquet')
  writeFileSync(sealed, readFileSync(sealed).fill(0xa5))
  const found = await run('search', '-o', 'raw')
  expect(found.status).toBe(0)
  expect(found.stdout.trim().split('\n')).toHaveLength(10)
  expect(found.stderr).toContain(
    `warning: ${sealed} is damaged (its bytes do not match their checksum): its 25,000 records`,
  )
  expect((await run('search', '--count', '--quiet')).stderr).toContain('is damaged')
  const doctor = await run('doctor', '-o', 'pretty')
  expect(doctor.status).toBe(1)
  expect(doctor.stdout).toContain(`✗ store content   ${sealed} is damaged`)

  expect((await run('ship', large)).status).toBe(0)
  expect(readdirSync(join(data, 'lake/damaged'))).toEqual(['00000001.json', '00000001.parquet'])
  const counted = await run('search', '--count', '-o', 'json')
  expect(JSON.parse(counted.stdout)).toEqual({count: 25_010})
}, 180_000)
