// A real Kafka for a suite: the one named by LOGFLOW_TEST_KAFKA, else one started here where Java and Maven are
// installed, else none, which is said aloud.

import {execFile, execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {promisify} from 'node:util'

const SCRIPT = resolve(import.meta.dirname, 'kafka.sh')
const START_MS = 240_000

export interface KafkaOptions {
  /** Ports PORT to PORT + brokers - 1 are taken, and PORT + 101 on for controllers. */
  port: number
  brokers?: number
  version?: '4.3.1' | '3.9.2'
  security?: 'plaintext' | 'sasl' | 'ssl'
  /** Further lines of broker configuration. */
  extra?: string
}

export interface RunningKafka {
  /** `host:port` of every broker. */
  addresses: string[]
  /** Where the brokers keep their data; empty for a server that was there before. */
  dir: string
  /** SIGKILL, for broker `i` from 1. */
  kill(i: number): Promise<void>
  revive(i: number): Promise<void>
  stop(): Promise<void>
}

/** True where a server can be started here; otherwise says on stderr what is skipped, and why. */
export function canStartKafka(suite: string): boolean {
  const missing = ['java', 'mvn'].filter((program) => !runs(program))
  if (missing.length > 0) sayKafkaSkipped(suite, `${missing.join(' and ')} not installed`)
  return missing.length === 0
}

/** True where a suite that needs one broker, and no particular one, can run. */
export function hasKafka(suite: string): boolean {
  return Boolean(process.env.LOGFLOW_TEST_KAFKA) || canStartKafka(suite)
}

/** The server of the environment, else one broker started on `port`. */
export async function useKafka(port: number): Promise<RunningKafka> {
  const given = process.env.LOGFLOW_TEST_KAFKA
  if (!given) return startKafka({port})
  const notOurs = async () => {
    throw new Error('a server given by LOGFLOW_TEST_KAFKA is not ours to stop')
  }
  return {addresses: given.split(','), dir: '', kill: notOurs, revive: notOurs, stop: async () => undefined}
}

export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const dir = mkdtempSync(join(tmpdir(), 'logflow-kafka-'))
  const run = async (...args: string[]) => {
    const env = {
      ...process.env,
      ...(options.version && {KAFKA_VERSION: options.version}),
      KAFKA_SECURITY: options.security ?? 'plaintext',
      KAFKA_EXTRA: options.extra ?? '',
    }
    return (await promisify(execFile)('bash', [SCRIPT, ...args], {env, timeout: START_MS})).stdout.trim()
  }
  const stop = async () => {
    await run('kill', dir)
    rmSync(dir, {recursive: true, force: true})
  }
  try {
    const addresses = (await run('start', dir, String(options.port), String(options.brokers ?? 1))).split(',')
    return {
      addresses,
      dir,
      kill: async (i) => void (await run('kill', dir, String(i))),
      revive: async (i) => void (await run('revive', dir, String(i))),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function runs(program: string): boolean {
  try {
    execFileSync(program, ['-version'], {stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}

export function sayKafkaSkipped(suite: string, reason: string): void {
  process.stderr.write(`SKIPPED: ${suite}: no Kafka (${reason}; or set LOGFLOW_TEST_KAFKA=host:port)\n`)
}
