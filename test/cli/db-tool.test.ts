import {expect, test} from 'vitest'
import {toolFor} from '../../src/cli/db-tool.js'

test('sqlite3 is opened on the file, with references between tables kept', () => {
  expect(toolFor({kind: 'sqlite', path: '/data/logflow.db'})).toEqual({
    program: 'sqlite3',
    args: ['-cmd', 'pragma foreign_keys = on', '/data/logflow.db'],
    env: {},
  })
})

test.each([
  [{url: 'postgres://u@h:1/d'}, 'postgres://u@h:1/d', undefined],
  [{url: 'postgres://u@h:1/d', password: 'p'}, 'postgres://u@h:1/d', 'p'],
  [{url: 'postgres://u:p%40ss%3A@h:1/d?sslmode=require'}, 'postgres://u@h:1/d?sslmode=require', 'p@ss:'],
  [{url: 'postgres://u:p@h/d', password: 'other'}, 'postgres://u@h/d', 'p'],
  [{url: 'postgres:///d?host=/run/pg', password: 'p'}, 'postgres:///d?host=/run/pg', 'p'],
])('psql gets its password by the environment: %j', (config, url, password) => {
  expect(toolFor({kind: 'postgres', ...config})).toEqual({
    program: 'psql',
    args: [url],
    env: password === undefined ? {} : {PGPASSWORD: password},
  })
})
