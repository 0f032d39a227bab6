import {once} from 'node:events'
import {connect} from 'node:net'
import {expect, test} from 'vitest'
import {finish, listen} from '../../../src/lib/api/listen.js'
import {openApi} from '../../support/open-api.js'
import {until} from '../../support/until.js'

test('streams end with the server, and connections that a client would keep, or never used', async () => {
  const {server, stop} = await openApi()
  const {port, hostname} = new URL(await listen(server, {host: '127.0.0.1', port: 0}))
  const socket = connect({port: Number(port), host: hostname})
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const closed = once(socket, 'close')
  socket.write('GET /api/v1/logs/stream HTTP/1.1\r\nhost: localhost\r\nconnection: keep-alive\r\n\r\n')
  await until(() => text.includes('event: caught_up'))
  const silent = connect({port: Number(port), host: hostname})
  await once(silent, 'connect')
  const silentClosed = once(silent.resume(), 'close')
  const began = performance.now()
  stop.abort()
  // idle connections are kept for 60 s
  await finish(server, 300_000)
  expect(performance.now() - began).toBeLessThan(40_000)
  await Promise.all([closed, silentClosed])
  expect(text).toContain('event: problem')
  expect(text.endsWith('0\r\n\r\n')).toBe(true)
})
