import {mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {onTestFinished} from 'vitest'
import {buildChild} from '../../../support/build-child.js'

const CACHE = resolve(import.meta.dirname, '../../../../node_modules/.cache')

/** The writer of writer-child.ts, bundled where it finds native packages by name; gone when the test has ended. */
export function buildWriter(): Promise<string> {
  mkdirSync(CACHE, {recursive: true})
  const folder = mkdtempSync(join(CACHE, 'lake-test-'))
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}))
  return buildChild(join(import.meta.dirname, 'writer-child.ts'), join(folder, 'writer-child.mjs'))
}
