// A process of its own on the bus, for tests that kill it: `writer` sends numbered units and notes on disk what was
// acknowledged; `checker` reads until told to stop and reports; `member` reads in a group and tells of each delivery.

import {openSync, writeSync} from 'node:fs'
import type {Bus} from '../../../../../src/lib/bus/bus.js'
import {openEmbeddedBus} from '../../../../../src/lib/bus/embedded/embedded-bus.js'
import {numbered, seenIn} from '../../../../contracts/bus-reader.js'

export type Task =
  | {role: 'writer'; dir: string; topic: string; source: string; acknowledged: string}
  | {role: 'checker'; dir: string; topic: string; group: string}
  | {role: 'member'; dir: string; topic: string; group: string; commit: boolean}

export type Told =
  | {kind: 'ready'}
  | {kind: 'report'; counts: Record<string, number>; wrong: string[]}
  | {kind: 'units'; texts: string[]}

const tell = (told: Told) => process.send?.(told)

/** Sends batches of changing size, three under way, until it is killed. */
async function write(bus: Bus, {topic, source, acknowledged}: Extract<Task, {role: 'writer'}>): Promise<void> {
  const producer = await bus.openProducer({topic})
  const log = openSync(acknowledged, 'a')
  let first = 0
  const send = async () => {
    const count = 1 + ((first * 7) % 400)
    const end = first + count
    const batch = numbered(source, first, count)
    first = end
    await producer.send(batch)
    writeSync(log, `${end}\n`)
  }
  for (;;) {
    await Promise.all([send(), send(), send()])
    tell({kind: 'ready'})
  }
}

async function check(bus: Bus, {topic, group}: Extract<Task, {role: 'checker'}>): Promise<void> {
  let stopping = false
  process.on('message', () => {
    stopping = true
  })
  const counts: Record<string, number> = {}
  const wrong: string[] = []
  const consumer = await bus.openConsumer({topic, group})
  tell({kind: 'ready'})
  for await (const event of consumer) {
    if (event.kind === 'gap') wrong.push(`gap ${event.from} ${event.to}`)
    if (event.kind === 'idle' && stopping) break
    if (event.kind !== 'units') continue
    for (const {source, text, offset, line} of seenIn(event)) {
      const n = counts[source] ?? 0
      if (text !== `${source} ${n}` || offset !== n * 1_000 || line !== n + 1)
        wrong.push(`${text} is not ${source} ${n}`)
      counts[source] = n + 1
    }
    await consumer.commit([{topic, partition: event.partition, nextOffset: event.nextOffset}])
  }
  tell({kind: 'report', counts, wrong})
}

async function join(bus: Bus, {topic, group, commit}: Extract<Task, {role: 'member'}>): Promise<void> {
  const consumer = await bus.openConsumer({topic, group})
  let ready = false
  for await (const event of consumer) {
    if (event.kind === 'idle' && !ready) {
      ready = true
      tell({kind: 'ready'})
    }
    if (event.kind !== 'units') continue
    tell({kind: 'units', texts: seenIn(event).map(({text}) => text)})
    if (commit) await consumer.commit([{topic, partition: event.partition, nextOffset: event.nextOffset}])
  }
}

const task = JSON.parse(process.argv[2] as string) as Task
const bus = await openEmbeddedBus({dir: task.dir})
if (task.role === 'writer') await write(bus, task)
else if (task.role === 'checker') await check(bus, task)
else await join(bus, task)
await bus.close()
process.disconnect?.()
