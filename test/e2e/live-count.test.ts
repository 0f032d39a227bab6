import {writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {afterEach, beforeAll, describe, expect, test} from 'vitest'
import {BINARY, buildLogflow, emptyHome} from '../support/run-logflow.js'
import {hasTmux, Terminal} from '../support/terminal.js'

const FEED = resolve(import.meta.dirname, '../../bench/feed.mjs')
const RECORDS = 60_000

beforeAll(buildLogflow)

let open: Terminal[] = []
afterEach(() => {
  for (const terminal of open) terminal.close()
  open = []
})

describe.skipIf(!hasTmux)('in a terminal (skipped without tmux)', () => {
  test.each([
    ['20,000 a second', 20_000],
    ['all at once', 10_000_000],
  ])(
    'of records that come %s none is missing from the counts, and keys are answered meanwhile',
    async (_, rate) => {
      const home = emptyHome()
      const lines = Array.from(
        {length: 1_000},
        (_, at) => `level=${at % 10 === 0 ? 'error' : 'info'} service=s${at % 5} msg="request ${at} done"\n`,
      )
      writeFileSync(join(home, 'lines.log'), lines.join(''))
      const node = `"${process.execPath}"`
      const feed = `${node} "${FEED}" "${home}/lines.log" ${rate} ${RECORDS}`
      const command = `sh -c '${feed} | ${node} "${BINARY}" live -; echo "ended with $?"; sleep 600'`
      const env = {HOME: home, PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', TZ: 'UTC'}
      const terminal = new Terminal(command, {env, columns: 120, rows: 30})
      open.push(terminal)
      await terminal.shows(/[1-9][\d,]* in all/)
      terminal.type('k')
      await terminal.shows('below, f follows')
      terminal.type('f')
      const screen = await terminal.shows(/● following .* 60,000 in all/)
      expect(screen).toMatch(/\bvolume .* 60,000\b/)
      expect(screen).toMatch(/\berrors .* 6,000\b/)
      terminal.type('q')
      await terminal.shows('ended with 0')
    },
    180_000,
  )
})
