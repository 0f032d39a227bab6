import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openKafkaBus} from '../../src/lib/bus/kafka/kafka-bus.js'
import {listLetters, showLetter} from '../../src/lib/flows/dlq/find-letters.js'
import {dropLetters, redriveLetters} from '../../src/lib/flows/dlq/settle-letters.js'
import {type DeadLetterPipeline, openDeadLetterPipeline} from '../lib/flows/dlq/dead-letter-pipeline.js'
import {hasKafka, type RunningKafka, useKafka} from './start-kafka.js'

// Dead letters on a real Kafka: kept without retention, sent back, and cut off the topic when they are settled.

const TOPIC = `dlq-${Date.now().toString(36)}`

describe.skipIf(!hasKafka('dead letters on Kafka'))('dead letters on Kafka', () => {
  let kafka: RunningKafka
  let pipe: DeadLetterPipeline
  const dir = mkdtempSync(join(tmpdir(), 'logflow-dlq-'))
  beforeAll(async () => {
    kafka = await useKafka(19_110)
    pipe = await openDeadLetterPipeline(dir, {
      bus: await openKafkaBus({brokers: kafka.addresses, partitions: 3}),
      topic: TOPIC,
    })
  })
  afterAll(async () => {
    await pipe?.close()
    await kafka?.stop()
    rmSync(dir, {recursive: true, force: true})
  })

  const isBad = (message: string) => message.startsWith('bad')
  const list = async () => (await listLetters({bus: pipe.bus, topic: TOPIC, filter: {}, limit: Infinity})).letters
  const settling = () => ({bus: pipe.bus, topic: TOPIC, now: () => new Date()})
  const kept = async () => {
    const {partitions} = await pipe.bus.describe(`${TOPIC}.dlq`)
    return partitions.reduce((sum, {earliest, next}) => sum + next - earliest, 0)
  }

  test('refused, listed, redriven, refused again, dropped: nothing is lost, and nothing is left', async () => {
    for (let source = 0; source < 6; source++) {
      const lines = ['good', ...Array.from({length: 200}, (_, i) => `bad ${source} ${i}`)]
      await pipe.ship(lines, {source: `source${source}`})
    }
    expect(await pipe.process(isBad)).toMatchObject({stored: 6, deadLettered: 1_200})
    expect(await pipe.bus.expires(`${TOPIC}.dlq`)).toBe(false)
    // What any other topic has by default: a week.
    expect(await pipe.bus.expires(TOPIC)).toBe(true)

    const letters = await list()
    expect(letters).toHaveLength(1_200)
    expect(new Set(letters.map(({id}) => id)).size).toBe(1_200)
    const shown = await showLetter({bus: pipe.bus, topic: TOPIC, id: letters[7]?.id ?? ''})
    expect(shown?.bytes.toString()).toBe(letters[7]?.preview)

    expect(await redriveLetters({...settling(), filter: {}})).toEqual({chosen: 1_200, settled: 1_200, pending: 0})
    expect(await kept()).toBe(0)
    const still = (message: string) => message.startsWith('bad 3 ')
    expect(await pipe.process(still)).toMatchObject({stored: 1_000, deadLettered: 200})
    const again = await list()
    expect(again).toHaveLength(200)
    expect(again.every(({tries}) => tries === 2)).toBe(true)

    const one = {ids: [again[0]?.id ?? '']}
    expect(await dropLetters({...settling(), filter: one})).toEqual({chosen: 1, settled: 1, pending: 199})
    expect(await redriveLetters({...settling(), filter: {}})).toMatchObject({settled: 199, pending: 0})
    expect(await pipe.process()).toMatchObject({stored: 199, deadLettered: 0})
    expect(await list()).toEqual([])
    const messages = await pipe.messages()
    expect(messages).toHaveLength(6 + 1_199)
    expect(new Set(messages).size).toBe(1 + 1_199)
  }, 180_000)
})
