import {spawnSync} from 'node:child_process'
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {SCRIPTS, SHELLS, type Shell} from '../../src/cli/complete/shell-scripts.js'
import {BINARY, buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'
import {hasTmux, Terminal} from '../support/terminal.js'

// Tab is pressed in the shells themselves, each in a terminal of tmux; a shell that this machine lacks is skipped.

const home = emptyHome()

beforeAll(async () => {
  await buildLogflow()
  mkdirSync(join(home, 'bin'))
  const program = join(home, 'bin', 'logflow')
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`)
  chmodSync(program, 0o755)
  writeFileSync(join(home, 'some-file.log'), 'level=info service=payment msg=hello\n')
  expect((await runLogflow(['ship', 'some-file.log'], {home})).status).toBe(0)
})

test('prints the script of each shell, and knows the one that it is run from', async () => {
  for (const shell of SHELLS) expect((await runLogflow(['completion', shell])).stdout).toBe(SCRIPTS[shell])
  expect((await runLogflow(['completion'], {env: {SHELL: '/usr/bin/fish'}})).stdout).toBe(SCRIPTS.fish)
  const unknown = await runLogflow(['completion', 'tcsh'])
  expect(unknown).toMatchObject({status: 2, stdout: ''})
  expect(unknown.stderr).toContain('logflow completion bash')
})

test('where nothing has been stored, nothing is made and nothing is said', async () => {
  const empty = emptyHome()
  const asked = await runLogflow(['__complete', 'zsh', 'search', '--service', ''], {home: empty})
  expect(asked).toMatchObject({status: 0, stdout: ':space\n', stderr: ''})
  expect((await runLogflow(['__complete', 'zsh', 'users', 'show', ''], {home: empty})).stdout).toBe(':space\n')
  expect(spawnSync('find', [empty, '-name', '*lake*', '-o', '-name', '*.db*'], {encoding: 'utf8'}).stdout).toBe('')
})

const START: Record<Shell, {command: string; load: string}> = {
  bash: {command: 'bash --norc --noprofile', load: 'source <(logflow completion bash)'},
  zsh: {command: 'zsh -f', load: 'autoload -U compinit; compinit -D -u; source <(logflow completion zsh)'},
  fish: {command: 'fish --no-config', load: 'logflow completion fish | source'},
}

describe.each(SHELLS)('in %s', (shell) => {
  const there = hasTmux && spawnSync(shell, ['--version']).error === undefined

  test.skipIf(!there)(
    'Tab completes commands, real services and files',
    async () => {
      const {command, load} = START[shell]
      const env = {HOME: home, PATH: `${join(home, 'bin')}:${process.env.PATH}`, LANG: 'C.UTF-8', PS1: 'ready> '}
      const terminal = new Terminal(`sh -c 'cd "$HOME" && exec ${command}'`, {env})
      const press = async (typed: string, becomes: string) => {
        terminal.type(typed)
        terminal.keys('Tab')
        await terminal.shows(becomes)
        terminal.keys('C-u')
      }
      try {
        await terminal.shows(/[>#$%]/)
        terminal.type(`${load}; echo load"ed"`)
        terminal.keys('Enter')
        await terminal.shows(/^loaded/m)
        await press('logflow metr', 'logflow metrics')
        await press('logflow search --service pay', 'logflow search --service payment')
        await press('logflow search --service=pay', 'logflow search --service=payment')
        await press('logflow search service:pay', 'logflow search service:payment')
        await press('logflow ship some-f', 'logflow ship some-file.log')
      } finally {
        terminal.close()
      }
    },
    180_000,
  )
})
