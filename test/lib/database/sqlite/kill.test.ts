import {type ChildProcess, fork} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {buildChild} from '../../../support/build-child.js'
import {tempFolder} from '../../../support/temp-folder.js'

const folder = join(import.meta.dirname, '../../../../node_modules/.cache')
const script = join(folder, `writer-child-${process.pid}.mjs`)
beforeAll(async () => {
  mkdirSync(folder, {recursive: true})
  await buildChild(join(import.meta.dirname, 'children/writer-child.ts'), script)
  return () => rmSync(script, {force: true})
})

const WRITERS = ['a', 'b']
const PAIRS = 20

test('processes that write at once and are killed lose nothing that they were told is kept, and leave nothing half', async () => {
  const path = join(tempFolder(), 'logflow.db')
  const kept = await Promise.all(
    WRITERS.map(async (name) => {
      const child: ChildProcess = fork(script, [path, name], {execArgv: []})
      onTestFinished(() => void child.kill('SIGKILL'))
      let last = -1
      const enough = new Promise<void>((resolve, reject) => {
        child.on('exit', () => reject(new Error(`writer ${name} ended by itself`)))
        child.on('message', (i: number) => {
          last = i
          if (i >= PAIRS) resolve()
        })
      })
      await enough
      child.removeAllListeners('exit')
      child.kill('SIGKILL')
      await once(child, 'exit')
      return {name, last}
    }),
  )
  const database = await openSqlite({path})
  onTestFinished(() => database.close())
  const rows = await database.queries.selectFrom('system_config').select('key').execute()
  const keys = new Set(rows.map(({key}) => key))
  for (const {name, last} of kept) {
    for (let i = 0; i <= last; i++) expect(keys.has(`${name}-${i}-a`) && keys.has(`${name}-${i}-b`)).toBe(true)
  }
  const halves = [...keys].filter((key) => !keys.has(key.replace(/-[ab]$/, key.endsWith('-a') ? '-b' : '-a')))
  expect(halves).toEqual([])
  await database.transaction((queries) => queries.deleteFrom('system_config').execute())
})
