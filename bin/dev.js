#!/usr/bin/env node
// Runs logflow from its sources: bundles them first, with source maps.
'use strict'
const {mkdirSync, writeFileSync} = require('node:fs')
const {join} = require('node:path')

const root = join(__dirname, '..')

async function start() {
  const {build} = await import('esbuild')
  const {bundleOptions} = await import('../tools/build-options.mjs')
  const {makeManifest} = await import('../tools/manifest.mjs')
  // Below node_modules, so that packages left out of the bundle are found.
  const folder = join(root, 'node_modules', '.cache', 'logflow-dev')
  mkdirSync(folder, {recursive: true})
  const options = bundleOptions('src/cli/main.ts', await makeManifest())
  const result = await build({...options, minifyWhitespace: false, minifySyntax: false, sourcemap: 'inline'})
  const file = join(folder, `logflow-${process.pid}.cjs`)
  writeFileSync(file, result.outputFiles[0].contents)
  process.once('exit', () => require('node:fs').rmSync(file, {force: true}))
  process.setSourceMapsEnabled(true)
  await require(file).main(root)
}

start().catch((error) => {
  process.stderr.write(`${error.stack}\n`)
  process.exitCode = 70
})
