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
