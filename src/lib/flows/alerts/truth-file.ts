import {open} from 'node:fs/promises'
import {readTruth, readTruthLines} from '../../alerts/read-truth.js'
import type {Incident} from '../../alerts/score.js'
import {tellFileError} from '../text-file.js'

/** A larger file is JSON lines: one document of that many incidents nobody writes. */
const MOST_WHOLE = 4 * 2 ** 20

/** The incidents of a file of any size, in the order of time. Throws FILE_UNREADABLE, USAGE. */
export async function readTruthFile(path: string): Promise<Incident[]> {
  const handle = await open(path).catch((error) => {
    throw tellFileError('read', path, error)
  })
  try {
    const {size} = await handle.stat()
    if (size > MOST_WHOLE) return await readTruthLines(path, handle.readLines())
    return readTruth(path, await handle.readFile('utf8'))
  } catch (error) {
    throw tellFileError('read', path, error)
  } finally {
    await handle.close()
  }
}
