// Small things that tests of several rooms need. They hold no expectations; one file a subject.

import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'

/** A new folder that is gone when the running test has ended. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'logflow-test-'))
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}))
  return folder
}
