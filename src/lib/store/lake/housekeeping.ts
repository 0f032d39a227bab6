import {mkdirSync, readdirSync, rmSync, statSync} from 'node:fs'
import {basename, join} from 'node:path'
import {remove, syncDir} from './durable.js'
import {corrupt, fileError} from './errors.js'
import {pathOf} from './inspect-segment.js'
import {KEEP_REPLACED_BYTES, KEEP_REPLACED_MS, type Layout, type SegmentName} from './layout.js'
import {lastSeq, type Manifest} from './manifest.js'

/** Makes the folders of a lake, for its owner alone. */
export function makeFolders(layout: Layout): void {
  try {
    for (const dir of [
      layout.dir,
      layout.hotDir,
      layout.sealedDir,
      layout.descriptionsDir,
      layout.wordsDir,
      layout.tempDir,
    ])
      mkdirSync(dir, {recursive: true, mode: 0o700})
    syncDir(layout.dir)
  } catch (error) {
    throw fileError(error, 'create', layout.dir)
  }
}

/**
 * Removes replaced files that are old, and the oldest of those that take too much room: a reader of an older manifest
 * that finds one gone takes the new manifest. Returns what is left of the list.
 */
export function removeReplaced(layout: Layout, replaced: Manifest['replaced'], now: number): Manifest['replaced'] {
  let room = KEEP_REPLACED_BYTES
  const kept = [...replaced].reverse().filter(({file, at}) => {
    const path = join(layout.dir, file)
    room -= sizeOf(path)
    if (now - at < KEEP_REPLACED_MS && room >= 0) return true
    remove(path)
    return false
  })
  return kept.reverse()
}

/**
 * A manifest is written before anything enters a segment that it is the first to name: a later segment with something
 * in it means that the manifest is older than the rest of the folder. Throws CORRUPT, and nothing is removed.
 */
export function requireNewest(layout: Layout, manifest: Manifest): void {
  const last = lastSeq(manifest)
  for (const dir of [layout.hotDir, layout.sealedDir]) {
    for (const name of readdirSync(dir)) {
      const path = join(dir, name)
      const seq = Number.parseInt(name, 10)
      if (seq > last && sizeOf(path) > 0) throw corrupt(layout.manifest, `it is older than ${path}`)
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, {throwIfNoEntry: false})?.size ?? 0
}

/**
 * Removes what a killed writer or reader left: segments that no manifest came to name, and spilled sorts. Call it with
 * the lock held, and only then.
 */
export function removeLeftovers(layout: Layout, manifest: Manifest, now: number): void {
  const known = new Set([
    ...manifest.segments.map((segment) => basename(pathOf(layout, segment))),
    ...manifest.replaced.map(({file}) => basename(file)),
  ])
  for (const dir of [layout.hotDir, layout.sealedDir]) {
    for (const name of readdirSync(dir)) if (!known.has(name)) remove(join(dir, name))
  }
  keepNamed(layout.descriptionsDir, manifest, layout.description)
  keepNamed(layout.wordsDir, manifest, layout.words)
  for (const name of readdirSync(layout.tempDir)) {
    const path = join(layout.tempDir, name)
    const pid = /^spill-(\d+)$/.exec(name)?.[1]
    if (pid === undefined) remove(path)
    else if (!isAlive(Number(pid)) && isOld(path, now)) rmSync(path, {recursive: true, force: true})
  }
}

/** Removes what stands beside segments that the manifest does not name. */
function keepNamed(dir: string, {segments}: Manifest, pathTo: (segment: SegmentName) => string): void {
  const named = new Set(segments.map((segment) => basename(pathTo(segment))))
  for (const name of readdirSync(dir)) if (!named.has(name)) remove(join(dir, name))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A process of another container has a number that says nothing here: its files must have lain a while. */
function isOld(path: string, now: number): boolean {
  try {
    return now - statSync(path).mtimeMs > KEEP_REPLACED_MS
  } catch {
    return false
  }
}
