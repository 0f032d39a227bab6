import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildLogflow, emptyHome} from '../support/run-logflow.js'
import {type Serving, serving} from '../support/serving.js'

// The page at /docs in a real browser: drawn from the document, with nothing fetched from elsewhere.

let server: Serving

beforeAll(async () => {
  await buildLogflow()
  server = await serving()
})

afterAll(async () => {
  await server?.stop()
})

test('the page shows every subject of the document', async () => {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    tags: Array<{name: string}>
    paths: Record<string, Record<string, {tags?: string[]}>>
  }
  const used = Object.values(document.paths).flatMap((path) => Object.values(path).flatMap(({tags}) => tags ?? []))
  const subjects = [...document.tags.map(({name}) => name), ...used]
  const page = await drawn(`${server.url}/docs/`)
  const shown = [...page.matchAll(/class="opblock-tag[^>]*data-tag="([^"]+)"/g)].map(([, tag]) => tag)
  expect(shown.length).toBeGreaterThan(5)
  expect(new Set(shown)).toEqual(new Set(subjects))
}, 240_000)

/** The page once its scripts have run, as HTML. */
async function drawn(url: string): Promise<string> {
  const profile = emptyHome()
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    `--user-data-dir=${profile}`,
    // Nothing but this machine answers.
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    '--virtual-time-budget=60000',
    '--dump-dom',
    url,
  ]
  const {stdout} = await promisify(execFile)('chromium', flags, {timeout: 180_000, maxBuffer: 64 << 20})
  return stdout
}
