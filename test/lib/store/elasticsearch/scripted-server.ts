import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

export interface SeenRequest {
  method: string
  path: string
  headers: Record<string, string | string[] | undefined>
  body: string
  /** Of a bulk request: the ids, in order. */
  ids: string[]
}

export interface ScriptedAnswer {
  status: number
  body?: object | string
  headers?: Record<string, string>
}

/** `cut` closes the connection while the body is on its way; `hang` never answers; `stored-then-cut` stores first. */
export type Step =
  | ((request: SeenRequest) => ScriptedAnswer | Promise<ScriptedAnswer>)
  | ScriptedAnswer
  | 'cut'
  | 'hang'
  | 'stored-then-cut'

export interface ScriptedServer {
  url: string
  requests: SeenRequest[]
  bulks(): SeenRequest[]
  /** Ids the server has stored, in order. */
  stored: string[]
  /** Documents as they were last sent, by id. */
  documents: Map<string, Record<string, unknown>>
  close(): Promise<void>
}

export interface Script {
  /** Answers to the first bulk requests; later ones store what is new and answer 409 for what is there. */
  bulk?: Step[]
  /** Answers to everything else; `undefined` where it has none: 404. */
  other?: (request: SeenRequest) => ScriptedAnswer | undefined
  /** Sent with every answer, as Elasticsearch does. */
  product?: string
}

/** A server that speaks as much HTTP as the store needs, and says what it is told to. */
export async function startScriptedServer(script: Script = {}): Promise<ScriptedServer> {
  const steps = [...(script.bulk ?? [])]
  const requests: SeenRequest[] = []
  const stored: string[] = []
  const documents = new Map<string, Record<string, unknown>>()

  const store = ({body}: SeenRequest): ScriptedAnswer => {
    const items = pairs(body).map(([id, document]) => {
      documents.set(id, document)
      if (stored.includes(id)) return {create: {status: 409, error: {type: 'version_conflict_engine_exception'}}}
      stored.push(id)
      return {create: {status: 201}}
    })
    return {status: 200, body: {errors: items.some((item) => item.create.status !== 201), items}}
  }

  const answer = async (request: SeenRequest, response: ServerResponse) => {
    const isBulk = request.path.startsWith('/_bulk')
    const step = isBulk ? (steps.shift() ?? store) : (script.other?.(request) ?? defaults(request))
    if (step === 'hang') return
    if (step === 'stored-then-cut') store(request)
    if (step === 'cut' || step === 'stored-then-cut') return void response.socket?.destroy()
    send(response, typeof step === 'function' ? await step(request) : step, script.product ?? 'Elasticsearch')
  }

  const server = createServer((incoming, response) => {
    const isBulk = incoming.url?.startsWith('/_bulk')
    if (isBulk && steps[0] === 'cut') {
      requests.push(seen(incoming, ''))
      steps.shift()
      incoming.once('data', () => incoming.socket.destroy())
      return
    }
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const request = seen(incoming, Buffer.concat(chunks).toString())
      requests.push(request)
      void answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    bulks: () => requests.filter(({path}) => path.startsWith('/_bulk')),
    stored,
    documents,
    close: () => stop(server),
  }
}

/** What a bulk answer looks like when every item fares the same. */
export function itemsOf(request: SeenRequest, fate: (id: string) => {status: number; error?: object}): ScriptedAnswer {
  const items = request.ids.map((id) => ({create: fate(id)}))
  return {status: 200, body: {errors: items.some((item) => item.create.status > 299), items}}
}

function pairs(body: string): Array<[string, Record<string, unknown>]> {
  const lines = body.split('\n')
  const found: Array<[string, Record<string, unknown>]> = []
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const action = JSON.parse(lines[at] as string) as {create: {_id: string}}
    found.push([action.create._id, JSON.parse(lines[at + 1] as string) as Record<string, unknown>])
  }
  return found
}

function seen(incoming: IncomingMessage, body: string): SeenRequest {
  const path = incoming.url ?? ''
  const ids = path.startsWith('/_bulk') && body !== '' ? pairs(body).map(([id]) => id) : []
  return {method: incoming.method ?? '', path, headers: incoming.headers, body, ids}
}

/** A template that is there already, of this schema, by month. */
function defaults({method, path}: SeenRequest): ScriptedAnswer {
  if (path === '/') return {status: 200, body: {version: {number: '8.19.0'}}}
  if (method === 'GET' && path.startsWith('/_index_template/')) {
    return {status: 200, body: {index_templates: [{index_template: {_meta: {logflow: {schema: 2, period: 'month'}}}}]}}
  }
  return {status: 404, body: {error: {type: 'resource_not_found_exception', reason: 'not here'}, status: 404}}
}

function send(response: ServerResponse, {status, body, headers}: ScriptedAnswer, product: string): void {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, {
    ...(product ? {'x-elastic-product': product} : {}),
    ...(text ? {'content-type': 'application/vnd.elasticsearch+json;compatible-with=8'} : {}),
    ...headers,
  })
  response.end(text)
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
