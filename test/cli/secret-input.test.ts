import {PassThrough} from 'node:stream'
import {afterEach, expect, test, vi} from 'vitest'
import type {Context} from '../../src/cli/context.js'
import {askOn} from '../../src/cli/secret-input.js'

afterEach(() => vi.restoreAllMocks())

test.each(['SIGINT', 'SIGTERM'])('a question that %s ends is no failure of the program', async (signal) => {
  const stdin = new PassThrough()
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(stdin as unknown as typeof process.stdin)
  const run = new AbortController()
  const context = {talk: {stream: new PassThrough()}, signal: run.signal} as unknown as Context
  const asked = askOn(context, 'Password: ', {hidden: true})
  run.abort(signal)
  await expect(asked).rejects.toMatchObject({name: 'AbortError'})
})
