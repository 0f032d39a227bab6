import {spawn} from 'node:child_process'
import type {DatabaseConfig} from '../lib/config/config.js'
import type {Signals} from './signals.js'

interface Tool {
  program: string
  args: string[]
  env: Record<string, string>
}

/** The shell that an engine brings along. A password goes by the environment: arguments can be seen by everyone. */
export function toolFor(config: DatabaseConfig): Tool {
  if (config.kind === 'sqlite') {
    return {program: 'sqlite3', args: ['-cmd', 'pragma foreign_keys = on', config.path], env: {}}
  }
  const [, before = '', inUrl, after = ''] = /^([a-z]+:\/\/[^/@:]*)(?::([^/@]*))?(@.*)$/i.exec(config.url) ?? []
  const password = inUrl === undefined ? config.password : decodeURIComponent(inUrl)
  const url = inUrl === undefined ? config.url : `${before}${after}`
  return {program: 'psql', args: [url], env: password === undefined ? {} : {PGPASSWORD: password}}
}

/** Runs it on our terminal until it ends. @returns its exit status, or `undefined` where it is not installed */
export function runTool({program, args, env}: Tool, signals: Signals): Promise<number | undefined> {
  // Ctrl-C is an end of a statement there, not of the shell.
  signals.interruptsAre('pagers')
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {stdio: 'inherit', env: {...process.env, ...env}})
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined)
      else reject(error)
    })
    child.on('close', (status) => resolve(status ?? 1))
  }).finally(() => signals.interruptsAre('ours')) as Promise<number | undefined>
}
