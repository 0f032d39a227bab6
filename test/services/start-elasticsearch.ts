// A real Elasticsearch for a suite: the one named by LOGFLOW_TEST_ES, else nodes started here where Java and Maven
// are installed, else none, which is said aloud.

import {execFile, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {promisify} from 'node:util'

const SCRIPT = resolve(import.meta.dirname, 'elasticsearch.sh')
const START_MS = 240_000

/** Both supported generations. */
export const VERSIONS = ['8.19.21', '9.5.3'] as const
export type ElasticsearchVersion = (typeof VERSIONS)[number]

export interface RunningElasticsearch {
  url: string
  /** SIGKILL, then start again on the same data. */
  kill(): Promise<void>
  revive(): Promise<void>
  stop(): Promise<void>
}

/** True where this version can be started here; otherwise says on stderr what is skipped, and why. */
export function canStartElasticsearch(suite: string, version: ElasticsearchVersion): boolean {
  const {status, stderr} = spawnSync('bash', [SCRIPT, 'check'], {env: {...process.env, ES_VERSION: version}})
  if (status === 0) return true
  process.stderr.write(`SKIPPED: ${suite}: ${String(stderr).trim()} (or set LOGFLOW_TEST_ES=http://host:9200)\n`)
  return false
}

export interface ElasticsearchTarget {
  name: string
  /** Absent for the server of the environment. */
  version?: ElasticsearchVersion
  /** False where its suite is to be skipped; the reason has been said. */
  runnable: boolean
}

/** What a suite runs on: the server of the environment alone, else every version that can be started here. */
export function elasticsearchTargets(suite: string): ElasticsearchTarget[] {
  if (process.env.LOGFLOW_TEST_ES !== undefined) return [{name: 'LOGFLOW_TEST_ES', runnable: true}]
  return VERSIONS.map((version) => {
    const runnable = canStartElasticsearch(`${suite} on Elasticsearch ${version}`, version)
    return {name: version, version, runnable}
  })
}

/** A target's server; one that is started here takes `port` and `port + 100`. */
export async function useElasticsearch(
  version: ElasticsearchVersion | undefined,
  port: number,
): Promise<RunningElasticsearch> {
  if (version !== undefined) return startElasticsearch({version, port})
  const notOurs = async () => {
    throw new Error('a server given by LOGFLOW_TEST_ES is not ours to stop')
  }
  return {url: process.env.LOGFLOW_TEST_ES as string, kill: notOurs, revive: notOurs, stop: async () => undefined}
}

export interface StartOptions {
  version: ElasticsearchVersion
  port: number
  /** Settings of the node, `key: value`. */
  settings?: Record<string, string>
}

export async function startElasticsearch({version, port, settings = {}}: StartOptions): Promise<RunningElasticsearch> {
  const dir = mkdtempSync(join(tmpdir(), 'logflow-elasticsearch-'))
  const run = async (...args: string[]) => {
    const env = {...process.env, ES_VERSION: version}
    return (await promisify(execFile)('bash', [SCRIPT, ...args], {env, timeout: START_MS})).stdout.trim()
  }
  const start = () =>
    run('start', dir, String(port), ...Object.entries(settings).map(([key, value]) => `${key}=${value}`))
  const stop = async () => {
    await run('kill', dir).catch(() => undefined)
    rmSync(dir, {recursive: true, force: true})
  }
  try {
    const url = await start()
    return {url, kill: async () => void (await run('kill', dir)), revive: async () => void (await start()), stop}
  } catch (error) {
    await stop()
    throw error
  }
}
