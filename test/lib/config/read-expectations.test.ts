import {expect, test} from 'vitest'
import {readExpectations} from '../../../src/lib/config/read-expectations.js'

test('a list, or a list under "expectations"', async () => {
  const list = `- query: 'service:checkout "order placed"'\n  within: 30s\n  count: 1\n- name: no errors\n  query: level>=error\n  none: true\n  service: [checkout, payment]\n`
  const expected = [
    {where: 'e.yaml:1:3', query: 'service:checkout "order placed"', within: '30s', count: '1'},
    {where: 'e.yaml:4:3', name: 'no errors', query: 'level>=error', none: true, service: ['checkout', 'payment']},
  ]
  expect(await readExpectations('e.yaml', list)).toEqual(expected)
  const under = `expectations:\n${list.replace(/^/gm, '  ')}`
  expect((await readExpectations('e.yaml', under)).map(({query}) => query)).toEqual(expected.map(({query}) => query))
})

test.each([
  ['- query: x\n  witin: 3s\n', 'e.yaml:2:3: unknown key witin'],
  ['query: x\n', 'e.yaml:1:1: a list of expectations was expected here: `- query: …`'],
  ['[]\n', 'e.yaml:1:1: there is no expectation in it'],
  ['- query: x\n  none: 3\n', 'e.yaml:2:3: none takes true'],
  ['- query: x\n  none: true\n  count: 3\n', 'e.yaml:1:3: none and count cannot both be said'],
  ['- just text\n', 'e.yaml:1:3: an expectation is `key: value` lines'],
  ['- query: [a]\n', 'e.yaml:1:3: query takes a text'],
  ['- query: "\n', 'e.yaml:2:1: Missing closing "quote'],
])('%j is refused with its place', async (text, message) => {
  await expect(readExpectations('e.yaml', text)).rejects.toMatchObject({code: 'BAD_CONFIG', message})
})
