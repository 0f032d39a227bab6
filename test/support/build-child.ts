import {createRequire} from 'node:module'
import {pathToFileURL} from 'node:url'
import {build, type Plugin} from 'esbuild'

/** Packages stay outside, by absolute address: the bundle lies where none would be found by name. */
const packagesOutside: Plugin = {
  name: 'packages-outside',
  setup({onResolve}) {
    const {resolve} = createRequire(import.meta.url)
    onResolve({filter: /^[@a-z]/}, ({path, kind}) =>
      path.startsWith('node:') || kind === 'entry-point'
        ? undefined
        : {path: pathToFileURL(resolve(path)).href, external: true},
    )
  },
}

/** Bundles a TypeScript file into one that plain Node runs in a process of its own. */
export async function buildChild(entry: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    plugins: [packagesOutside],
    outfile,
  })
  return outfile
}
