import {spawn} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, test} from 'vitest'
import {openDeadLetterPipeline} from '../lib/flows/dlq/dead-letter-pipeline.js'
import {type SeenRequest, startScriptedServer} from '../lib/store/elasticsearch/scripted-server.js'
import {seededRandom} from '../support/random.js'
import {removedHomes} from '../support/removed-homes.js'
import {BINARY, buildLogflow, cleanEnv, runLogflow} from '../support/run-logflow.js'

// Dead letters with the real binary: what is refused is seen, goes back, and is stored once or given up.

const newHome = removedHomes()
beforeAll(buildLogflow, 120_000)

/** Runs in a home, with a minute for slow machines. */
const inHome =
  (home: string) =>
  (...args: string[]) =>
    runLogflow(args, {home, timeout: 60_000})
const rowsOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

test('what Elasticsearch refuses is listed, shown, sent back, and stored once it is taken', async () => {
  const refused = ({ids}: SeenRequest) => ({
    status: 200,
    body: {
      errors: true,
      items: ids.map(() => ({
        create: {status: 400, error: {type: 'mapper_parsing_exception', reason: 'no such type'}},
      })),
    },
  })
  // Once as it is, and once more in the form that is safe for a mapping.
  const server = await startScriptedServer({bulk: [refused, refused]})
  try {
    const home = newHome()
    const run = inHome(home)
    writeFileSync(join(home, 'app.log'), 'first line\nsecond \x1b[31mline\n')
    const shipped = await run('ship', 'app.log', '--store', server.url)
    expect(shipped).toMatchObject({status: 5})
    expect(shipped.stderr).toContain('logflow dlq list')

    const listed = await run('dlq', 'list')
    expect(listed).toMatchObject({status: 0, stderr: ''})
    const [first, second, ...more] = rowsOf(listed.stdout)
    expect(more).toEqual([])
    expect(first).toMatchObject({status: 400, tries: 1, line: 1, preview: 'first line'})
    expect(first.reason).toContain('no such type')
    expect((await run('dlq', 'list', '-o', 'table')).stdout).toContain('second \\x1b[31mline')
    expect((await run('dlq', 'show', second.id, '-o', 'raw')).stdout).toBe('second \x1b[31mline')
    expect(JSON.parse((await run('dlq', 'show', second.id, '--json')).stdout)).toMatchObject({
      text: 'second \x1b[31mline',
      file: join(home, 'app.log'),
    })
    expect((await run('dlq', 'list', '--status', '403')).stdout).toBe('')
    expect((await run('dlq', 'list', '--count', '-o', 'pretty')).stdout).toBe('2\n')

    const redriven = await run('dlq', 'redrive', '--all', '--json')
    expect(redriven).toMatchObject({status: 0})
    expect(JSON.parse(redriven.stdout)).toEqual({topic: 'logs', matched: 2, redriven: 2, pending: 0})
    expect(await run('process', '--once', '--store', server.url)).toMatchObject({status: 0})
    expect([...server.stored].sort()).toEqual([first.id, second.id].sort())
    expect((await run('dlq', 'list', '--count', '-o', 'pretty')).stdout).toBe('0\n')
  } finally {
    await server.close()
  }
}, 240_000)

test('wrong use and nothing found have their exit codes, and dropping wants a yes', async () => {
  const home = newHome()
  const bad = (message: string) => message.startsWith('bad')
  const pipe = await openDeadLetterPipeline(join(home, 'data'))
  await pipe.ship(['bad one', 'bad two'])
  await pipe.process(bad)
  await pipe.close()
  const run = (...args: string[]) => inHome(home)(...args, '--data-dir', join(home, 'data'))
  expect(await run('dlq', 'redrive')).toMatchObject({status: 2})
  expect(await run('dlq', 'redrive', '--all', '--reason', 'x')).toMatchObject({status: 2})
  expect(await run('dlq', 'redrive', '--reason', 'of another kind')).toMatchObject({status: 1})
  expect(await run('dlq', 'show', 'nobody')).toMatchObject({status: 1, stdout: ''})
  expect(await run('dlq', 'show', 'src1')).toMatchObject({status: 2})
  const unasked = await run('dlq', 'drop', '--reason', 'bad one')
  expect(unasked).toMatchObject({status: 2})
  expect(unasked.stderr).toContain("logflow dlq drop --reason 'bad one'")
  expect((await run('dlq', 'drop', '--all', '--dry-run', '-o', 'pretty')).stdout).toBe(
    'would drop 2 dead letters; 2 pending\n',
  )
  expect(JSON.parse((await run('dlq', 'drop', '--reason', 'bad one', '--yes', '--json')).stdout)).toEqual({
    topic: 'logs',
    matched: 1,
    dropped: 1,
    pending: 1,
  })
  expect(JSON.parse((await run('status', '--json')).stdout).bus).toMatchObject({dead_letters: 1})
  expect(await run('dlq', 'redrive', '--all', '--topic', 'another')).toMatchObject({status: 0})
}, 240_000)

test('SIGKILL of redrive at many points: each record is stored once, and nothing is pending', async () => {
  const LETTERS = 1_500
  const data = join(newHome(), 'data')
  const pipe = await openDeadLetterPipeline(data)
  await pipe.ship(['good'], {source: 'first'})
  for (let source = 0; source < 5; source++)
    await pipe.ship(
      Array.from({length: LETTERS / 5}, (_, i) => `bad ${source} ${i}`),
      {source: `s${source}`},
    )
  expect(await pipe.process((message) => message.startsWith('bad'))).toMatchObject({deadLettered: LETTERS})
  await pipe.close()

  const random = seededRandom(41)
  const home = newHome()
  const run = (...args: string[]) => inHome(home)(...args, '--data-dir', data)
  for (let round = 0; round < 6; round++) {
    await killAfter(['dlq', 'redrive', '--all', '--data-dir', data], home, 150 + random() * 700)
    if (round % 2 === 1) expect(await run('process', '--once')).toMatchObject({status: 0})
  }
  expect(await run('dlq', 'redrive', '--all')).toMatchObject({status: 0})
  expect(await run('process', '--once')).toMatchObject({status: 0})
  expect((await run('dlq', 'list', '--count', '-o', 'pretty')).stdout).toBe('0\n')
  const found = await run('search', '-n', 'all', '-o', 'jsonl', '--fields', 'id,message')
  const messages = rowsOf(found.stdout).map(({message}) => message)
  expect(messages).toHaveLength(LETTERS + 1)
  expect(new Set(messages).size).toBe(LETTERS + 1)
}, 240_000)

function killAfter(args: string[], home: string, ms: number): Promise<void> {
  const child = spawn(process.execPath, [BINARY, ...args], {cwd: home, env: cleanEnv({HOME: home}), stdio: 'ignore'})
  const timer = setTimeout(() => child.kill('SIGKILL'), ms)
  return new Promise((done) => {
    child.on('close', () => {
      clearTimeout(timer)
      done()
    })
  })
}
