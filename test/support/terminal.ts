import {execFileSync, spawnSync} from 'node:child_process'
import {until} from './until.js'

export const hasTmux = spawnSync('tmux', ['-V']).error === undefined

let sessions = 0

/** A real terminal in tmux: keys go in, the screen is looked at. Close it. */
export class Terminal {
  readonly #socket = `logflow-test-${process.pid}-${++sessions}`

  /** @param command for a shell of tmux; the environment is only what is given */
  constructor(
    command: string,
    {env, columns = 100, rows = 30}: {env: Record<string, string>; columns?: number; rows?: number},
  ) {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`)
    const line = `exec env -i ${['TERM=xterm-256color', ...variables].join(' ')} ${command}`
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), line)
  }

  /** Text as typed, or tmux's names of keys: `Enter`, `Tab`, `C-c`, `Escape`, `Up`. */
  keys(...keys: string[]): void {
    this.#tmux('send-keys', ...keys)
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text)
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** What is on the screen, without the blanks at line ends. */
  screen(): string {
    return this.#tmux('capture-pane', '-p').replace(/\n+$/, '')
  }

  /** The same with the sequences that colour it. */
  styled(): string {
    return this.#tmux('capture-pane', '-p', '-e')
  }

  /** What tmux knows of it: `#{alternate_on}`, `#{cursor_flag}`, as in its manual under FORMATS. */
  ask(format: string): string {
    return this.#tmux('display-message', '-p', format).trimEnd()
  }

  /** Waits until the screen holds what is looked for, and returns it. @param ms for what takes long by itself */
  async shows(what: string | RegExp, ms?: number): Promise<string> {
    const holds = (screen: string) => (typeof what === 'string' ? screen.includes(what) : what.test(screen))
    try {
      await until(() => holds(this.screen()), ms)
    } catch (cause) {
      throw new Error(`the screen never showed ${what}; it shows:\n${this.screen()}`, {cause})
    }
    return this.screen()
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'])
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], {encoding: 'utf8'})
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
