// The manifest of every command, made from the sources through oclif's own Plugin.
//   node tools/manifest.mjs          writes oclif.manifest.json
//   node tools/manifest.mjs --check  ends with status 1 when the one on disk is not current
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {Plugin} from '@oclif/core/config'
import {build} from 'esbuild'
import {bundleOptions, ROOT, readPackage} from './build-options.mjs'

const FILE = join(ROOT, 'oclif.manifest.json')

/** The manifest of the sources as they are now. The same sources give the same bytes. */
export async function makeManifest() {
  // Below the package, so that what is external is found.
  mkdirSync(join(ROOT, 'dist'), {recursive: true})
  const folder = mkdtempSync(join(ROOT, 'dist', 'manifest-'))
  try {
    const options = bundleOptions('src/cli/all-commands.ts')
    await build({...options, write: true, outfile: join(folder, 'all.cjs')})
    const target = join(folder, 'commands.mjs')
    writeFileSync(target, "import {loadAll} from './all.cjs'\nexport const COMMANDS = await loadAll()\n")
    const pjson = readPackage()
    pjson.oclif.commands = {strategy: 'explicit', target, identifier: 'COMMANDS'}
    const plugin = new Plugin({root: folder, pjson, isRoot: true, ignoreManifest: true, errorOnManifestCreate: true})
    await plugin.load()
    return sorted({version: pjson.version, commands: plugin.manifest.commands})
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

export function manifestText(manifest) {
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** Commands by id; the order of flags is kept, it is the order of the help. */
function sorted({version, commands}) {
  const ids = Object.keys(commands).sort()
  return {version, commands: Object.fromEntries(ids.map((id) => [id, JSON.parse(JSON.stringify(commands[id]))]))}
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const text = manifestText(await makeManifest())
  if (!process.argv.includes('--check')) {
    writeFileSync(FILE, text)
  } else if (readFileSync(FILE, 'utf8') !== text) {
    process.stderr.write('oclif.manifest.json is not current: npm run manifest\n')
    process.exitCode = 1
  }
}
