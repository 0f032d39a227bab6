import {expect, test} from 'vitest'
import {findCommand} from '../../src/cli/find-command.js'

const IDS = ['search', 'ship', 'config:set', 'config:list', 'auth:login', 'auth:token:list']

test.each([
  ['', {kind: 'help'}],
  ['--help', {kind: 'help'}],
  ['-h', {kind: 'help'}],
  ['help', {kind: 'help'}],
  ['search a b', {kind: 'command', id: 'search', argv: ['a', 'b']}],
  ['search config', {kind: 'command', id: 'search', argv: ['config']}],
  ['search -- --help', {kind: 'command', id: 'search', argv: ['--', '--help']}],
  ['search --help', {kind: 'help', subject: 'search'}],
  ['search x -h', {kind: 'help', subject: 'search'}],
  ['help search', {kind: 'help', subject: 'search'}],
  ['help nothing', {kind: 'unknown', words: 'nothing'}],
  ['config', {kind: 'help', subject: 'config'}],
  ['config --help', {kind: 'help', subject: 'config'}],
  ['config set a b', {kind: 'command', id: 'config:set', argv: ['a', 'b']}],
  ['config:set a b', {kind: 'command', id: 'config:set', argv: ['a', 'b']}],
  ['config set --help', {kind: 'help', subject: 'config:set'}],
  ['config nope', {kind: 'unknown', words: 'config nope'}],
  ['nope', {kind: 'unknown', words: 'nope'}],
  ['nope set x', {kind: 'unknown', words: 'nope'}],
  ['auth login x y', {kind: 'command', id: 'auth:login', argv: ['x', 'y']}],
  ['auth token list x', {kind: 'command', id: 'auth:token:list', argv: ['x']}],
  ['auth:token:list x', {kind: 'command', id: 'auth:token:list', argv: ['x']}],
  ['auth token', {kind: 'help', subject: 'auth:token'}],
  ['auth token --help', {kind: 'help', subject: 'auth:token'}],
  ['auth token list -h', {kind: 'help', subject: 'auth:token:list'}],
  ['auth token nope', {kind: 'unknown', words: 'auth token nope'}],
  ['auth nope list', {kind: 'unknown', words: 'auth nope'}],
  ['config nope list', {kind: 'unknown', words: 'config nope'}],
  ['--verbose search', {kind: 'unknown', words: '--verbose'}],
])('logflow %s', (line, expected) => {
  expect(findCommand(line.split(' ').filter(Boolean), IDS)).toEqual(expected)
})
