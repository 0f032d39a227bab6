import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Manifest} from './manifest.js'
import {COMMANDS} from './registry.js'
import {run, statusOf} from './run.js'

/** Put in by the build. */
declare const __MANIFEST__: Manifest

/** For the launcher, which keeps one code cache a command. */
export const commandIds = Object.keys(COMMANDS)

/** Runs the process's command line and ends the process. `root` is the folder of package.json. */
export async function main(root: string): Promise<void> {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const argv = process.argv.slice(2)
  // What nobody waited for has failed: the state is unknown, so the process ends, but with a word of its own.
  process.once('uncaughtException', (error) => process.exit(statusOf(error, argv)))
  const status = await run(argv, {root, pjson, manifest: __MANIFEST__})
  await Promise.all([passedOn(process.stdout), passedOn(process.stderr)])
  process.exit(status)
}

/** Resolves when a stream has nothing left to pass on; a closed one has not. */
function passedOn(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.on('error', () => resolve())
    if (stream.destroyed || stream.writableLength === 0) return resolve()
    stream.once('drain', () => resolve())
  })
}
