import {createServer, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {Notice} from '../../src/lib/notify/notice.js'

export interface ReceivedHook {
  /** Of the header Idempotency-Key. */
  key: string
  notice: Notice
}

export interface WebhookReceiver {
  url: string
  /** Every request, answered or not. */
  received: ReceivedHook[]
  /** Answers each with 204 unless it is set to something else; not answering keeps the sender waiting. */
  answer: (hook: ReceivedHook, response: ServerResponse) => void
  close(): Promise<void>
}

/** A server on the loopback address that takes notices. */
export async function receiveWebhooks(): Promise<WebhookReceiver> {
  const receiver: WebhookReceiver = {
    url: '',
    received: [],
    answer: (_, response) => response.writeHead(204).end(),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const text of request.setEncoding('utf8')) body += text
    const hook = {key: String(request.headers['idempotency-key']), notice: JSON.parse(body) as Notice}
    receiver.received.push(hook)
    receiver.answer(hook, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return receiver
}
