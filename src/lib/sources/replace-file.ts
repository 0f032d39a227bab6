import {open, rename, rm} from 'node:fs/promises'
import {dirname} from 'node:path'

export interface ReplaceOptions {
  /** In the same folder: where the new bytes lie until they are whole. */
  temporary: string
  /** Who may read it, as for `open(2)`. */
  mode: number
}

/** Replaces a file: a reader, or a crash at any step, sees the old text or the new one, whole and on disk. */
export async function replaceFile(path: string, text: string, {temporary, mode}: ReplaceOptions): Promise<void> {
  try {
    const file = await open(temporary, 'w', mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, {force: true}).catch(() => undefined)
    throw error
  }
}

/** Makes names created in, or removed from, a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
