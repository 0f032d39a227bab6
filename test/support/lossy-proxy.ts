import {createServer, request as httpRequest} from 'node:http'
import type {AddressInfo} from 'node:net'

export interface LossyProxy {
  url: string
  /** Of the next so many requests to such paths the answer is lost: the server has done what it was asked. */
  loseAnswersTo(pathEnd: string, times: number): void
  /** How many were lost. */
  readonly lost: number
  /** The next request to such a path is answered so, and never reaches the server. */
  answer(pathEnd: string, answer: {status: number; headers: Record<string, string>; body: object}): void
  close(): Promise<void>
}

/** Stands before a server, and loses whole answers. */
export async function lossyProxy(target: string): Promise<LossyProxy> {
  let losing = {pathEnd: '', times: 0}
  let answering: {pathEnd: string; status: number; headers: Record<string, string>; body: object} | undefined
  let lost = 0
  const proxy = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const {url = '', method, headers} = request
      if (answering && url.endsWith(answering.pathEnd)) {
        const {status, headers: more, body} = answering
        answering = undefined
        response.writeHead(status, {'content-type': 'application/json', ...more}).end(JSON.stringify(body))
        return
      }
      const isLost = losing.times > 0 && url.endsWith(losing.pathEnd)
      if (isLost) losing.times--
      const up = httpRequest(target + url, {method, headers, agent: false}, (answer) => {
        if (!isLost) {
          response.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(response)
          return
        }
        answer.resume()
        answer.on('end', () => {
          lost++
          request.socket.destroy()
        })
      })
      up.on('error', () => request.socket.destroy())
      up.end(Buffer.concat(chunks))
    })
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    loseAnswersTo(pathEnd, times) {
      losing = {pathEnd, times}
    },
    get lost() {
      return lost
    },
    answer(pathEnd, answer) {
      answering = {pathEnd, ...answer}
    },
    async close() {
      proxy.closeAllConnections()
      await new Promise((done) => proxy.close(done))
    },
  }
}
