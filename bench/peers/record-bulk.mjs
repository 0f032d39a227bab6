// Stands between logflow and Elasticsearch and keeps every bulk body as it was sent, so that the same bodies can be
// sent again with nothing to parse or build: what the server takes at best.

import {writeFileSync} from 'node:fs'
import {createServer, request} from 'node:http'
import {join} from 'node:path'

/** Passes requests on to `target` and writes bulk bodies into `folder`. Resolves to {url, close()}. */
export async function recordBulk(target, folder) {
  const recorded = []
  const proxy = createServer(async (incoming, outgoing) => {
    const chunks = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const {method, url, headers} = incoming
    if (method === 'POST' && url.split('?')[0].endsWith('/_bulk')) {
      const file = `${recorded.length}.body`
      writeFileSync(join(folder, file), body)
      recorded.push({file, url, headers: pick(headers, ['content-type', 'content-encoding', 'accept'])})
    }
    const passed = request(
      new URL(url, target),
      {method, headers: {...headers, host: new URL(target).host}},
      (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers)
        answer.pipe(outgoing)
      },
    )
    passed.on('error', () => outgoing.destroy())
    passed.end(body)
  })
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    async close() {
      writeFileSync(join(folder, 'bodies.json'), JSON.stringify(recorded))
      proxy.closeAllConnections()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}

function pick(headers, names) {
  return Object.fromEntries(names.filter((name) => headers[name]).map((name) => [name, headers[name]]))
}
