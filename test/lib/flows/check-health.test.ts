import {expect, test} from 'vitest'
import type {Bus} from '../../../src/lib/bus/bus.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {checkHealth} from '../../../src/lib/flows/check-health.js'
import {tempFolder} from '../../support/temp-folder.js'
import {openDeadLetterPipeline, TOPIC} from './dlq/dead-letter-pipeline.js'

/** What doctor says of dead letters, with a bus that answers so to the question whether their topic expires. */
async function deadLetterChecks(bus: Bus, dataDir: string, expires: () => Promise<boolean>) {
  const asked = Object.assign(Object.create(bus) as Bus, {
    describe: bus.describe.bind(bus),
    version: bus.version.bind(bus),
    openReader: bus.openReader.bind(bus),
    expires,
  })
  const checks = await checkHealth({
    bus: async () => asked,
    store: () => Promise.reject(new LogflowError('STORE_UNREACHABLE', 'no store in this test')),
    topic: TOPIC,
    group: 'g',
    dataDir,
    nodeVersion: 'v20.0.0',
  })
  return checks.filter(({name}) => name === 'dead letters').map(({state, finding}) => `${state}: ${finding}`)
}

test('doctor tells of pending dead letters, and of a topic that does not keep them', async () => {
  const dir = tempFolder()
  const pipe = await openDeadLetterPipeline(dir)
  try {
    const no = async () => false
    expect(await deadLetterChecks(pipe.bus, dir, no)).toEqual([])
    await pipe.ship(['bad one', 'bad one again', 'good'])
    await pipe.process((message) => message.startsWith('bad'))
    expect(await deadLetterChecks(pipe.bus, dir, no)).toEqual(['warning: 2 on logs.dlq'])
    expect(await deadLetterChecks(pipe.bus, dir, async () => true)).toEqual([
      'warning: 2 on logs.dlq',
      'warning: topic logs.dlq has a retention: dead letters are lost when it strikes',
    ])
    const refused = () => Promise.reject(new LogflowError('UNAUTHORISED', 'you may not ask'))
    expect(await deadLetterChecks(pipe.bus, dir, refused)).toEqual(['warning: 2 on logs.dlq'])
  } finally {
    await pipe.close()
  }
}, 60_000)

const BARE = {version: 'SQLite 3', location: '/d/logflow.db', kind: 'sqlite', rows: {}, connections: 1} as const
const AWAY = new LogflowError('DATABASE_UNREACHABLE', 'No answer', {suggestions: ['Check that it runs']})

test.each([
  ['none has been made', async () => undefined, undefined],
  [
    'it is of this version',
    async () => ({...BARE, migration: '0001-a', pending: []}),
    {state: 'ok', finding: 'SQLite 3 at /d/logflow.db, tables at 0001-a'},
  ],
  [
    'it is of an older one',
    async () => ({...BARE, migration: '0001-a', pending: ['0002-b']}),
    {
      state: 'warning',
      finding: 'SQLite 3 at /d/logflow.db, tables at 0001-a; not of this version: 0002-b',
      fix: 'logflow db migrate; back it up first: logflow db backup FILE',
    },
  ],
  [
    'it does not answer',
    () => Promise.reject(AWAY),
    {state: 'failed', finding: 'No answer', fix: 'Check that it runs'},
  ],
])('doctor on the database where %s', async (_name, database, expected) => {
  const away = () => Promise.reject(new LogflowError('STORE_UNREACHABLE', 'not in this test'))
  const options = {bus: away, store: away, topic: TOPIC, group: 'g', dataDir: tempFolder(), nodeVersion: 'v20.0.0'}
  const checks = await checkHealth({...options, database})
  const found = checks.find(({name}) => name === 'database')
  if (expected === undefined) expect(found).toBeUndefined()
  else expect(found).toMatchObject(expected)
})
