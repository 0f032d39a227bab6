import {Kafka, logLevel} from 'kafkajs'
import {isInstalled, measure} from '../measure.mjs'
import {server, serverMissing} from '../servers.mjs'
import {alternate, summary} from '../statistics.mjs'

export const title = 'ship a file to Kafka: acks=all, idempotent, lz4'

const VARIABLE = 'LOGFLOW_BENCH_KAFKA'
const AIM = 0.7

export function missing() {
  return serverMissing(VARIABLE)
}

export async function run(context) {
  const {records, runs} = context
  const [node, bin] = context.logflow
  const {path} = context.corpus()
  const brokers = await server(context, {variable: VARIABLE, script: 'kafka.sh'})
  const hasPeer = isInstalled('kcat')

  const ship = async (round) => {
    const topic = await newTopic(brokers, `bench-logflow-${process.pid}-${round}`)
    const measured = await measure(node, [bin, 'ship', path, '--topic', topic, '--data-dir', context.folder('kafka')], {
      env: {KAFKA_BOOTSTRAP_SERVERS: brokers},
    })
    if (hasPeer) await check(brokers, topic, records)
    return measured
  }
  const kcat = async (round) => {
    if (!hasPeer) return undefined
    const topic = await newTopic(brokers, `bench-kcat-${process.pid}-${round}`)
    const settings = ['acks=all', 'enable.idempotence=true', 'compression.codec=lz4']
    const args = ['-P', '-b', brokers, '-t', topic, '-l', path, ...settings.flatMap((setting) => ['-X', setting])]
    const measured = await measure('kcat', args)
    await check(brokers, topic, records)
    return measured
  }
  // The first round warms the broker up and is thrown away.
  const [ours, peers] = await alternate(runs + 1, ship, kcat)
  const mine = summary(ours.slice(1), ({seconds}) => records / seconds)
  const peer = hasPeer ? {name: 'kcat -P', ...summary(peers.slice(1), ({seconds}) => records / seconds)} : undefined
  const aim = peer && {text: `≥ ${AIM} of kcat`, met: mine.value / peer.value >= AIM}
  return {
    figures: [{figure: 'ship to Kafka', unit: 'records/s', ours: mine, peer, aim}],
    leftOut: hasPeer ? [] : [{what: 'peer of ship to Kafka', why: 'kcat is not installed'}],
  }
}

/** Made before the clock starts: kcat waits a second for a topic that is not there. */
async function newTopic(brokers, topic) {
  const admin = new Kafka({brokers: brokers.split(','), logLevel: logLevel.NOTHING}).admin()
  await admin.connect()
  await admin.createTopics({topics: [{topic, numPartitions: 4}], waitForLeaders: true})
  await admin.disconnect()
  return topic
}

/** Counts what is in a topic by asking for the end of each of its partitions. */
async function check(brokers, topic, records) {
  const {stdout: metadata} = await measure('kcat', ['-L', '-J', '-b', brokers, '-t', topic])
  const partitions = JSON.parse(metadata).topics[0].partitions.map(({partition}) => partition)
  let total = 0
  for (const partition of partitions) {
    const {stdout} = await measure('kcat', ['-Q', '-b', brokers, '-t', `${topic}:${partition}:-1`])
    total += Number(/offset (\d+)/.exec(stdout)?.[1] ?? Number.NaN)
  }
  if (total !== records) throw new Error(`${total} messages in ${topic} instead of ${records}`)
}
