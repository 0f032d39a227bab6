import {constants} from 'node:fs'
import {access, mkdir, statfs} from 'node:fs/promises'
import type {Bus} from '../bus/bus.js'
import {LogflowError} from '../errors/logflow-error.js'
import {deadLetterTopic} from './dead-letters.js'
import {type Answer, type PipelineStatus, pipelineStatus, type StatusOptions} from './pipeline-status.js'

/** One thing that was looked at. `fix` says what to do where `state` is not `ok`. */
export interface Check {
  name: string
  state: 'ok' | 'warning' | 'failed'
  finding: string
  fix?: string
}

export interface HealthOptions extends StatusOptions {
  dataDir: string
  /** The config file, where one was read. */
  configFile?: string
  nodeVersion: string
}

const LOW_DISK_BYTES = 1_000_000_000
/** A backlog under this is what a processor has in hand. */
const HIGH_LAG = 100_000

/** `logflow doctor`: looks at everything a run needs, and says how to mend what is wrong. */
export async function checkHealth(options: HealthOptions): Promise<Check[]> {
  const status = await pipelineStatus(options)
  return [
    checkNode(options.nodeVersion),
    {name: 'configuration', state: 'ok', finding: options.configFile ?? 'no file; defaults and environment'},
    await checkDataDir(options.dataDir),
    ...checkBus(status),
    ...(await checkDeadLetters(status, options)),
    ...checkStore(status),
    ...checkDatabase(status),
    ...checkAlerts(status),
  ]
}

function checkNode(version: string): Check {
  const major = Number(version.replace(/^v/, '').split('.')[0])
  if (major >= 20) return {name: 'node', state: 'ok', finding: version}
  return {name: 'node', state: 'failed', finding: `${version} is too old`, fix: 'install Node 20, 22 or 24'}
}

async function checkDataDir(dir: string): Promise<Check> {
  const name = 'data directory'
  try {
    await mkdir(dir, {recursive: true, mode: 0o700})
    await access(dir, constants.W_OK)
    const {bavail, bsize} = await statfs(dir)
    const free = bavail * bsize
    const finding = `${dir} writable, ${(free / 1e9).toFixed(1)} GB free`
    if (free >= LOW_DISK_BYTES) return {name, state: 'ok', finding}
    return {name, state: 'warning', finding, fix: 'free space, or move it: --data-dir DIR'}
  } catch (error) {
    const finding = `${dir} cannot be written: ${error instanceof Error ? error.message : String(error)}`
    return {name, state: 'failed', finding, fix: 'make it writable for you, or choose another: --data-dir DIR'}
  }
}

function checkBus({bus}: PipelineStatus): Check[] {
  if (!bus.ok) return [unreachable('bus', bus)]
  const {version, topic, partitions, lag, group} = bus.value
  const checks: Check[] = [{name: 'bus', state: 'ok', finding: `${version} reachable`}]
  if (partitions.length === 0)
    checks.push({name: 'topic', state: 'ok', finding: `${topic} is not there yet; the first ship makes it`})
  else if (lag < HIGH_LAG) checks.push({name: 'topic', state: 'ok', finding: `${topic}, lag ${grouped(lag)}`})
  else {
    const finding = `${topic}, ${grouped(lag)} units not processed by group ${group}`
    checks.push({name: 'topic', state: 'warning', finding, fix: 'run another: logflow process'})
  }
  return checks
}

async function checkDeadLetters({bus}: PipelineStatus, options: HealthOptions): Promise<Check[]> {
  if (!bus.ok) return []
  const {topic, deadLetters, deadLettersAtMost} = bus.value
  const checks: Check[] = []
  const name = 'dead letters'
  if (deadLetters > 0) {
    const finding = `${deadLettersAtMost ? 'up to ' : ''}${grouped(deadLetters)} on ${deadLetterTopic(topic)}`
    checks.push({name, state: 'warning', finding, fix: 'see why, then redrive or drop them: logflow dlq list'})
  }
  if (await expires(await options.bus(), deadLetterTopic(topic))) {
    const finding = `topic ${deadLetterTopic(topic)} has a retention: dead letters are lost when it strikes`
    const fix = `kafka-configs.sh --bootstrap-server HOST:PORT --alter --topic ${deadLetterTopic(topic)} --add-config cleanup.policy=delete,retention.ms=-1,retention.bytes=-1`
    checks.push({name, state: 'warning', finding, fix})
  }
  return checks
}

/** Whoever may not ask for settings is not told of them. */
async function expires(bus: Bus, topic: string): Promise<boolean> {
  try {
    return await bus.expires(topic)
  } catch (error) {
    if (error instanceof LogflowError) return false
    throw error
  }
}

function checkStore({store}: PipelineStatus): Check[] {
  if (!store.ok) return [unreachable('store', store)]
  const {version, location, records} = store.value
  return [
    {
      name: 'store',
      state: 'ok',
      finding: `${version} at ${location}, ${grouped(records)} ${records === 1 ? 'record' : 'records'}`,
    },
  ]
}

function checkDatabase({database}: PipelineStatus): Check[] {
  const name = 'database'
  if (database === undefined) return []
  if (!database.ok) return [unreachable(name, database)]
  const {version, location, migration, pending} = database.value
  const finding = `${version} at ${location}, ${migration === undefined ? 'no tables yet' : `tables at ${migration}`}`
  if (pending.length === 0) return [{name, state: 'ok', finding}]
  const fix = 'logflow db migrate; back it up first: logflow db backup FILE'
  return [{name, state: 'warning', finding: `${finding}; not of this version: ${pending.join(', ')}`, fix}]
}

function checkAlerts({alerts}: PipelineStatus): Check[] {
  const name = 'alerts'
  if (alerts === undefined) return []
  if (!alerts.ok) return [unreachable(name, alerts)]
  const {rules, open, failing, notices_waiting: waiting, last_looked: looked, unwatched} = alerts.value
  if (rules === 0) return []
  const all = `${grouped(rules)} ${rules === 1 ? 'rule' : 'rules'}`
  const waits = waiting > 0 ? `, ${grouped(waiting)} notices waiting` : ''
  const checks: Check[] = []
  if (failing.length > 0) {
    const finding = `${grouped(failing.length)} of ${all} could not be evaluated: ${failing.slice(0, 3).join(', ')}`
    checks.push({name, state: 'warning', finding, fix: `see why: logflow alerts show ${JSON.stringify(failing[0])}`})
  }
  if (unwatched) {
    const finding = looked === undefined ? 'no engine has looked yet' : `no engine has looked since ${looked}`
    const fix = 'start one: logflow alerts run, or logflow up'
    checks.push({name, state: 'warning', finding: `${all}, and ${finding}${waits}`, fix})
  }
  return checks.length > 0 ? checks : [{name, state: 'ok', finding: `${all}, ${grouped(open)} open${waits}`}]
}

function unreachable(name: string, answer: Extract<Answer<unknown>, {ok: false}>): Check {
  const {message, suggestions} = answer.error
  const others = suggestions.filter((line) => !line.startsWith('logflow doctor'))
  return {name, state: 'failed', finding: message, fix: others.join('; ') || undefined}
}

function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
