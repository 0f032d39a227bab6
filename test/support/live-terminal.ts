import {BINARY} from './run-logflow.js'
import {Terminal} from './terminal.js'

export interface LiveOptions {
  columns?: number
  rows?: number
  env?: Record<string, string>
  /** Options of the shell that starts it. */
  shell?: string
}

/**
 * A terminal with a shell in it that runs a script in the home directory; `logflow` in it is ours. At its end the screen
 * says `ended with` and the status.
 */
export function liveTerminal(home: string, script: string, {env, shell = '', ...size}: LiveOptions = {}): Terminal {
  const variables = {HOME: home, PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', TZ: 'UTC', ...env}
  const ours = script.replaceAll('logflow ', `${process.execPath} ${BINARY} `)
  const command = `sh ${shell} -c 'cd "$HOME"; ${ours}; echo "ended with $?"; sleep 600'`
  return new Terminal(command, {env: variables, ...size})
}
