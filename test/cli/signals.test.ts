import {EventEmitter} from 'node:events'
import {expect, test} from 'vitest'
import {signalsOf} from '../../src/cli/signals.js'

/** As much of a process as signals need. */
function fakeProcess() {
  const exits: number[] = []
  const target = Object.assign(new EventEmitter(), {exit: (code: number) => exits.push(code)})
  return {target, exits, signals: signalsOf(target as unknown as NodeJS.Process)}
}

test('nothing is caught before a command asks for the signal', () => {
  const {target, signals} = fakeProcess()
  expect(target.listenerCount('SIGINT')).toBe(0)
  expect(signals.signal.aborted).toBe(false)
  expect(target.listenerCount('SIGINT')).toBe(1)
  expect(signals.signal).toBe(signals.signal)
  expect(target.listenerCount('SIGINT')).toBe(1)
})

test('the first SIGINT asks, the second ends at once', () => {
  const {target, exits, signals} = fakeProcess()
  const {signal} = signals
  target.emit('SIGINT')
  expect([signal.aborted, signal.reason, signals.reason, exits]).toEqual([true, 'SIGINT', 'SIGINT', []])
  target.emit('SIGINT')
  expect(exits).toEqual([130])
})

test('SIGTERM asks for the same and is no interruption', () => {
  const {target, exits, signals} = fakeProcess()
  const {signal} = signals
  target.emit('SIGTERM')
  target.emit('SIGTERM')
  expect([signal.aborted, signals.reason, exits]).toEqual([true, 'SIGTERM', []])
})

test('while a pager has the terminal, a SIGINT asks once and ends nothing; when all is handed over, it is the pager’s', () => {
  const {target, exits, signals} = fakeProcess()
  const {signal} = signals
  signals.interruptsAre('pagers')
  target.emit('SIGINT')
  expect([signal.aborted, signals.reason, exits]).toEqual([false, undefined, []])
  signals.interruptsAre('shared')
  target.emit('SIGINT')
  target.emit('SIGINT')
  expect([signal.aborted, signals.reason, exits]).toEqual([true, 'SIGINT', []])
  signals.interruptsAre('ours')
  target.emit('SIGINT')
  expect(exits).toEqual([130])
})
