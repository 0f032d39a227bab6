// Builds what is published: dist/logflow.cjs, one bundle of all commands with its content's hash in front, and
// dist/screen.mjs, the screen of `logflow live`, which is loaded by that command alone.
import {createHash} from 'node:crypto'
import {mkdirSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {build} from 'esbuild'
import {bundleOptions, ROOT, screenOptions} from './build-options.mjs'
import {makeManifest} from './manifest.mjs'

/** Writes the bundle and returns its path. Code caches of older bundles are removed. */
export async function buildBundle() {
  const result = await build(bundleOptions('src/cli/main.ts', await makeManifest()))
  const code = result.outputFiles[0].text
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16)
  const dist = join(ROOT, 'dist')
  mkdirSync(dist, {recursive: true})
  const file = join(dist, 'logflow.cjs')
  replace(file, `/*${hash}*/${code}`)
  const screen = await build(screenOptions())
  replace(join(dist, 'screen.mjs'), screen.outputFiles[0].text)
  removeOldCaches(join(dist, 'cache'), hash)
  return file
}

/** Several may build at once. */
function replace(file, text) {
  writeFileSync(`${file}.${process.pid}`, text)
  renameSync(`${file}.${process.pid}`, file)
}

function removeOldCaches(folder, hash) {
  let names = []
  try {
    names = readdirSync(folder)
  } catch {
    return
  }
  for (const name of names) if (!name.startsWith(hash)) rmSync(join(folder, name), {force: true})
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildBundle()
