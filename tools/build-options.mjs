import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {compiledValidator} from './config-validator.mjs'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Packages with native parts, or too large to be read by commands that do not use them: left in node_modules. */
const EXTERNAL = [
  '@duckdb/*',
  '@elastic/*',
  '@fastify/*',
  '@node-rs/*',
  '@opentelemetry/*',
  '@toondepauw/*',
  'fastify',
  'ioredis',
  'kafkajs',
  'kafkajs/*',
  'kafkajs-snappy',
  'kysely',
  'libsql',
  'lz4-napi',
  'nodemailer',
  'pg',
  'prom-client',
  '*.node',
  // oclif asks for these only when it runs TypeScript sources itself.
  'typescript',
  'ts-node',
]

/**
 * What we use of oclif, in the place of its index: that one also checks Node's version with semver and loads what
 * belongs to plugins, 5 ms of each start.
 */
const slimOclif = {
  name: 'slim-oclif',
  setup({onResolve, onLoad}) {
    onResolve({filter: /^@oclif\/core$/}, ({importer}) =>
      importer.includes('node_modules') ? undefined : {path: 'parts', namespace: 'slim-oclif'},
    )
    onLoad({filter: /.*/, namespace: 'slim-oclif'}, () => ({
      resolveDir: ROOT,
      contents: `export * as Args from '@oclif/core/args'
        export {Command} from '@oclif/core/command'
        export {Config} from '@oclif/core/config'
        export * as Flags from '@oclif/core/flags'
        export {CommandHelp, Help} from '@oclif/core/help'`,
    }))
  },
}

/**
 * esbuild's options for one CommonJS file of `entry`. `import()` of what is bundled becomes a lazy call; of what is
 * external, a lazy `require`, because a script made by vm.Script cannot import on Node before 20.12.
 */
export function bundleOptions(entry, manifest) {
  return {
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: EXTERNAL,
    plugins: [slimOclif, compiledValidator],
    supported: {'dynamic-import': false},
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    define: {
      'import.meta.url': '__bundleUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
      __MANIFEST__: JSON.stringify(manifest ?? null),
    },
    banner: {js: 'const __bundleUrl=require("node:url").pathToFileURL(__filename).href;'},
  }
}

/** Ink's own development tools, which it loads where DEV is set, are not there. */
const withoutDevtools = {
  name: 'without-devtools',
  setup({onResolve, onLoad}) {
    onResolve({filter: /^react-devtools-core$/}, () => ({path: 'nothing', namespace: 'without-devtools'}))
    onLoad({filter: /.*/, namespace: 'without-devtools'}, () => ({contents: 'export default {}'}))
  },
}

/**
 * esbuild's options for the screen of `logflow live`: an ES module, as Ink waits at its top level, which nothing else can.
 */
export function screenOptions() {
  return {
    absWorkingDir: ROOT,
    entryPoints: ['src/lib/tui/screen.tsx'],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    jsx: 'automatic',
    plugins: [withoutDevtools],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    define: {'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"'},
    banner: {js: 'import {createRequire} from "node:module";const require=createRequire(import.meta.url);'},
  }
}

export function readPackage() {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
}
