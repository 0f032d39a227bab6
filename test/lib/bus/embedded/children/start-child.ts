// Starts processes of bus-child.ts, bundled.

import {type ChildProcess, fork} from 'node:child_process'
import {once} from 'node:events'
import type {Task, Told} from './bus-child.js'

export class Child {
  readonly told: Told[] = []
  readonly #process: ChildProcess
  #stderr = ''

  constructor(script: string, task: Task) {
    this.#process = fork(script, [JSON.stringify(task)], {stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: []})
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString()
    })
    this.#process.on('message', (message: Told) => this.told.push(message))
  }

  /** Waits until the child has told of `kind`; rejects with what it printed when it dies before. */
  async until<K extends Told['kind']>(kind: K): Promise<Extract<Told, {kind: K}>> {
    for (;;) {
      const found = this.told.find((told) => told.kind === kind)
      if (found) return found as Extract<Told, {kind: K}>
      if (this.#process.exitCode !== null)
        throw new Error(`the child ended with ${this.#process.exitCode}: ${this.#stderr}`)
      await Promise.race([once(this.#process, 'message'), once(this.#process, 'exit')])
    }
  }

  say(message: string): void {
    this.#process.send(message)
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }
}
