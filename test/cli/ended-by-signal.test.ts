import {expect, test} from 'vitest'
import {isAbort} from '../../src/cli/run.js'
import {Interrupted} from '../../src/lib/flows/patience.js'

test('what was ended by the signal is no failure, in whatever way it says so', () => {
  const controller = new AbortController()
  controller.abort('SIGTERM')
  const {reason} = controller.signal
  const thrown = (() => {
    try {
      controller.signal.throwIfAborted()
    } catch (error) {
      return error
    }
    return undefined
  })()
  expect(isAbort(thrown, reason)).toBe(true)
  expect(isAbort(new Interrupted('ended'), reason)).toBe(true)
  expect(isAbort(new DOMException('ended', 'AbortError'), reason)).toBe(true)
  expect(isAbort(new Error('SIGTERM'), reason)).toBe(false)
  expect(isAbort('else', reason)).toBe(false)
})
