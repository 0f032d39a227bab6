import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, test} from 'vitest'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'

// Secrets of the configuration, and those that a command is given, never come out: whatever fails, and also where
// everything is to be told (--verbose). Nothing listens on the addresses.

const SECRET = 'Kn4ry-pass-word-of-the-test'
const DEAD = '127.0.0.1:9'

beforeAll(buildLogflow)

interface Case {
  args: string[]
  env?: Record<string, string>
  input?: string
}

const CASES: Record<string, Case> = {
  'a password in the address of Elasticsearch': {args: ['search', 'x', '--store', `http://elastic:${SECRET}@${DEAD}`]},
  'a key for Elasticsearch': {
    args: ['status'],
    env: {ELASTICSEARCH_HOSTS: `http://${DEAD}`, LOGFLOW_ELASTICSEARCH_API_KEY: SECRET},
  },
  'a password at Kafka': {
    args: ['process', '--once', '--no-wait'],
    env: {
      KAFKA_BOOTSTRAP_SERVERS: DEAD,
      LOGFLOW_KAFKA_SASL_MECHANISM: 'plain',
      LOGFLOW_KAFKA_SASL_USERNAME: 'me',
      LOGFLOW_KAFKA_SASL_PASSWORD: SECRET,
    },
  },
  'a password in DATABASE_URL': {args: ['db', 'status'], env: {DATABASE_URL: `postgres://me:${SECRET}@${DEAD}/x`}},
  'a password at PostgreSQL': {
    args: ['db', 'migrate'],
    env: {POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: '9', POSTGRES_PASSWORD: SECRET},
  },
  'a password in REDIS_URL': {args: ['cache', 'stats'], env: {REDIS_URL: `redis://:${SECRET}@${DEAD}`}},
  'a password at Redis': {
    args: ['rate-limits', 'status'],
    env: {REDIS_HOST: '127.0.0.1', REDIS_PORT: '9', REDIS_PASSWORD: SECRET},
  },
  'a collector’s header': {
    args: ['ship', 'app.log'],
    env: {OTLP_TRACES_ENDPOINT: `http://me:${SECRET}@${DEAD}`, OTLP_AUTHORIZATION: `Bearer ${SECRET}`},
  },
  'every secret setting, listed': {
    args: ['config', 'list', '--json'],
    env: {
      SECRET_KEY: SECRET,
      GRAFANA_OTLP_API_TOKEN: SECRET,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${SECRET}`,
      POSTGRES_PASSWORD: SECRET,
      REDIS_URL: `redis://:${SECRET}@cache`,
      LOGFLOW_ELASTICSEARCH_NODES: `http://elastic:${SECRET}@es:9200`,
      OTLP_LOGS_ENDPOINT: `http://me:${SECRET}@c`,
    },
  },
  'a key that is too short': {
    args: ['users', 'create', 'me', '--password-stdin'],
    env: {SECRET_KEY: SECRET.slice(0, 12)},
    input: `${SECRET}\n`,
  },
  'signing in where nobody answers': {
    args: ['auth', 'login', `http://${DEAD}`, '--username', 'me', '--password-stdin'],
    input: `${SECRET}\n`,
  },
}

test.each(Object.keys(CASES))('%s', async (name) => {
  const {args, env, input} = CASES[name] as Case
  const home = emptyHome()
  mkdirSync(home, {recursive: true})
  writeFileSync(join(home, 'app.log'), 'one\n')
  const {stdout, stderr} = await runLogflow([...args, '--verbose'], {home, env, input})
  expect(`${stdout}${stderr}`).not.toBe('')
  expect(`${stdout}${stderr}`).not.toContain(SECRET)
  expect(`${stdout}${stderr}`).not.toContain(encodeURIComponent(SECRET))
  expect(`${stdout}${stderr}`).not.toContain(SECRET.slice(0, 12))
})
