// Sends recorded bulk bodies as they are, two at a time, then refreshes. Fails when any document was refused.
//   node bench/peers/replay-bulk.mjs FOLDER URL INDEX

import {readFileSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {Agent, request} from 'node:http'
import {join} from 'node:path'

const [folder, target, index] = process.argv.slice(2)
const agent = new Agent({keepAlive: true, maxSockets: 2})
const bodies = JSON.parse(readFileSync(join(folder, 'bodies.json'), 'utf8'))

async function worker() {
  for (let next = bodies.shift(); next; next = bodies.shift()) {
    const {file, url, headers} = next
    const answer = JSON.parse(await post(url, headers, await readFile(join(folder, file))))
    if (answer.errors) throw new Error(`documents of ${file} were refused`)
  }
}

function post(path, headers, body) {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, target), {
      method: 'POST',
      agent,
      headers: {...headers, 'content-length': body.length},
    })
    sent.on('error', reject)
    sent.on('response', async (answer) => {
      const chunks = []
      for await (const chunk of answer) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      if (answer.statusCode === 200) resolve(text)
      else reject(new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`))
    })
    sent.end(body)
  })
}

await Promise.all([worker(), worker()])
await post(`/${index}/_refresh`, {}, Buffer.alloc(0))
agent.destroy()
