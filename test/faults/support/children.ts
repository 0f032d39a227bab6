// Children that are killed: the real binary, with a home of its own.

import {type ChildProcess, spawn} from 'node:child_process'
import {setTimeout as sleep} from 'node:timers/promises'
import {onTestFinished} from 'vitest'
import {BINARY, cleanEnv, type Ran, runLogflow} from '../../support/run-logflow.js'

/** What every command of one fault runs with. */
export interface Setting {
  home: string
  env?: Record<string, string>
}

/** A command that runs. */
export interface Running {
  child: ChildProcess
  /** What it has said so far. */
  said: {stdout: string; stderr: string}
  ended: Promise<Ran>
  /** True until it has ended. */
  isAlive(): boolean
}

const LONGEST_MS = 600_000

/** Starts a command; it does not outlive the running test. */
export function startLogflow(args: readonly string[], {home, env}: Setting): Running {
  const child = spawn(process.execPath, [BINARY, ...args], {
    cwd: home,
    env: cleanEnv({HOME: home, ...env}),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  })
  const said = {stdout: '', stderr: ''}
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  child.stdin.on('error', () => undefined)
  let alive = true
  const ended = new Promise<Ran>((done, fail) => {
    child.on('error', fail)
    child.on('close', (status, signal) => {
      alive = false
      done({...said, status, signal})
    })
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended.catch(() => undefined)
  })
  return {child, said, ended, isAlive: () => alive}
}

/** Runs a command that must succeed. */
export async function runWell(args: readonly string[], {home, env}: Setting): Promise<Ran> {
  const ran = await runLogflow(args, {home, env, timeout: LONGEST_MS})
  if (ran.status !== 0)
    throw new Error(`logflow ${args.join(' ')} ended with ${ran.status ?? ran.signal}: ${ran.stderr.slice(-2_000)}`)
  return ran
}

/** Waits for a condition; fails with what it waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  {timeout = 120_000, every = 20} = {},
): Promise<void> {
  const end = performance.now() + timeout
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${timeout / 1_000} s in vain: ${what}`)
    await sleep(every)
  }
}

/** SIGKILL. True where it ended a process that was at work. */
export async function killHard({child, ended}: Running): Promise<boolean> {
  child.kill('SIGKILL')
  return (await ended).signal === 'SIGKILL'
}
