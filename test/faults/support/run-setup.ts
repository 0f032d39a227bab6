// Before a fault run: the binary is built. After it: the table.

import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {buildLogflow} from '../../support/run-logflow.js'
import {ROWS_FILE, tableOf} from './table.js'

export default async function setup(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'logflow-faults-'))
  const file = join(folder, 'rows.jsonl')
  writeFileSync(file, '')
  process.env[ROWS_FILE] = file
  await buildLogflow()
  return () => {
    if (statSync(file).size > 0) process.stdout.write(`\n${tableOf(file)}\n`)
    rmSync(folder, {recursive: true, force: true})
  }
}
