// The adapter for a checker of alert semantics that plain Node runs:
//   node check_alerts.mjs --adapter test/support/alert-scenarios.mjs --show 20
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {build} from 'esbuild'

const folder = mkdtempSync(join(tmpdir(), 'logflow-scenarios-'))
const outfile = join(folder, 'scenarios.mjs')
await build({
  entryPoints: [fileURLToPath(new URL('alert-scenarios.ts', import.meta.url))],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'error',
  outfile,
})
const {runScenario} = await import(pathToFileURL(outfile).href)
rmSync(folder, {recursive: true, force: true})

export default runScenario
