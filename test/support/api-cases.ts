// Requests made out of an OpenAPI document: good ones, and the many ways to be bad. A case is plain data, so that a
// failing one can be sent again by hand.

import {seededRandom} from './random.js'

export interface Operation {
  id: string
  method: string
  /** As in the document: `/api/v1/logs/{id}`. */
  path: string
  parameters: Parameter[]
  body?: {type: string; schema: Schema}[]
  /** Statuses that the document names. */
  statuses: string[]
  /** Schema of the JSON answer by status. */
  answers: Map<string, Schema>
  /** Answers with something that does not end. */
  streams: boolean
}

export interface Parameter {
  name: string
  in: 'query' | 'path' | 'header'
  required: boolean
  schema: Schema
}

export type Schema = Record<string, unknown>

export interface Case {
  operation: Operation
  what: string
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** Texts that have broken others: for SQL, Lucene, regular expressions, paths, headers, terminals, JSON and numbers. */
const HOSTILE = [
  '',
  ' ',
  "'; DROP TABLE users; --",
  "' OR '1'='1",
  '" OR ""="',
  '1); SELECT pg_sleep(60); --',
  '*:* OR _exists_:password',
  'level:error) OR (*',
  '/(a+)+$/',
  'message:/(((((((((((a/',
  '(((((((((((((((((((((((((((((((',
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  'a\u0000b',
  'x\r\nSet-Cookie: stolen=1',
  '\u001b[2J\u001b]0;owned\u0007',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '__proto__',
  'constructor',
  '-1',
  '0',
  '1e309',
  '-0',
  'NaN',
  '9007199254740993',
  '99999999999999999999999999',
  'true',
  'null',
  '[]',
  '{}',
  '2026-02-30T25:61:61Z',
  '0000-00-00',
  '275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:59.999999999Z',
  'now-999999999999d',
  '\ud800',
  'é\u0301\u202e\ufeff',
  '💥'.repeat(50),
  'a'.repeat(5000),
]

const BODIES: Array<[what: string, type: string, body: string | Uint8Array]> = [
  ['nothing', 'application/json', ''],
  ['no JSON', 'application/json', '{"a":'],
  ['a number', 'application/json', '1e400'],
  ['null', 'application/json', 'null'],
  ['deep', 'application/json', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  [
    'a poisoned prototype',
    'application/json',
    '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
  ],
  ['a key twice', 'application/json', '{"username":"a","username":"b","role":"admin"}'],
  ['no UTF-8', 'application/json', new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
  ['a form', 'application/x-www-form-urlencoded', 'username=a&username=b&password[]=c&__proto__[x]=1'],
  ['another type', 'application/xml', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
  ['no type that is one', 'text', 'x'],
  ['text', 'text/plain', 'line one\nline two\r\n\u0000\u001b[31m'],
  ['lines of JSON', 'application/x-ndjson', '{"message":"a"}\nno json\n\n[]\n{"message":1}'],
]

/** Every operation of a document, with `$ref`s to its own components put in. */
export function operationsOf(document: Schema): Operation[] {
  const whole = document as {paths: Record<string, Record<string, Schema>>}
  return Object.entries(whole.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) => {
      const operation = item[method] as Schema & {
        operationId: string
        parameters?: Parameter[]
        requestBody?: {content: Record<string, {schema?: Schema}>}
        responses: Record<string, {content?: Record<string, {schema?: Schema}>}>
      }
      const types = Object.values(operation.responses).flatMap(({content}) => Object.keys(content ?? {}))
      const answers = new Map<string, Schema>()
      for (const [status, {content}] of Object.entries(operation.responses)) {
        const schema = content?.['application/json']?.schema
        if (schema) answers.set(status, schema)
      }
      return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters ?? [],
        body: Object.entries(operation.requestBody?.content ?? {}).map(([type, {schema}]) => ({
          type,
          schema: schema ?? {},
        })),
        statuses: Object.keys(operation.responses),
        answers,
        streams: types.includes('text/event-stream'),
      }
    }),
  )
}

/** How many hostile texts are tried on a parameter, and how many bodies are spoilt. */
export interface Effort {
  texts: number
  bodies: number
}

/** The cases of an operation: a good one, hostile texts in each parameter, bad bodies, and good ones that are spoilt. */
export function casesOf(operation: Operation, seed: number, effort: Effort): Case[] {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const good = valuesOf(operation)
  const cases = [toCase(operation, 'good', good, goodBody(operation))]
  for (const {name} of operation.parameters) {
    for (const text of some(HOSTILE, effort.texts, random))
      cases.push(toCase(operation, `${name}=${text.slice(0, 60)}`, {...good, [name]: text}, goodBody(operation)))
  }
  cases.push(toCase(operation, 'unknown parameter', good, goodBody(operation), '&nonsense=1&__proto__=2&a[b]=3'))
  cases.push(toCase(operation, 'parameter twice', good, goodBody(operation), doubled(operation)))
  if (operation.body && operation.body.length > 0) {
    for (const [what, type, body] of BODIES) cases.push(toCase(operation, what, good, {type, body}))
    for (let i = 0; i < effort.bodies; i++) {
      const {type, schema} = pick(operation.body)
      if (!type.includes('json')) continue
      cases.push(toCase(operation, 'spoilt body', good, {type, body: JSON.stringify(spoilt(schema, pick, random))}))
    }
  }
  return cases
}

function toCase(
  operation: Operation,
  what: string,
  values: Record<string, string>,
  body?: {type: string; body: string | Uint8Array},
  more = '',
): Case {
  let path = operation.path
  const query = new URLSearchParams()
  const headers: Record<string, string> = {}
  for (const {name, in: where} of operation.parameters) {
    const value = values[name]
    if (value === undefined) continue
    if (where === 'path') path = path.replace(`{${name}}`, pathPart(value))
    else if (where === 'query') query.append(name, value)
    else headers[name] = value.replace(/[^\x20-\x7e]/g, '?')
  }
  if (body) headers['content-type'] = body.type
  const text = `${query}${more}`
  return {operation, what, path: text ? `${path}?${text}` : path, headers, body: body?.body}
}

/** A dot segment would be taken out of the path on its way, and an empty part is another path. */
function pathPart(value: string): string {
  // Half a character has no percent-encoding: its bytes are none of UTF-8.
  const encoded = value === '\ud800' ? '%ED%A0%80' : encodeURIComponent(value)
  return encoded.replace(/^\.+$/, '%2e') || '%20'
}

/** A value for each parameter that must be there, by its schema. */
function valuesOf({parameters}: Operation): Record<string, string> {
  const needed = parameters.filter(({required, in: where}) => required || where === 'path')
  return Object.fromEntries(needed.map(({name, schema}) => [name, String(sampleOf(schema))]))
}

function goodBody({body}: Operation): {type: string; body: string} | undefined {
  const [first] = body ?? []
  if (!first) return undefined
  const value = sampleOf(first.schema)
  if (first.type.includes('form'))
    return {type: first.type, body: String(new URLSearchParams(value as Record<string, string>))}
  return {type: first.type, body: first.type === 'text/plain' ? String(value) : JSON.stringify(value)}
}

/** Something that a schema takes. */
function sampleOf(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default
  const examples = schema.examples as unknown[] | undefined
  if (examples && examples.length > 0) return structuredClone(examples[0])
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const choice = (schema.oneOf ?? schema.anyOf) as Schema[] | undefined
  if (choice) return sampleOf(choice[0] as Schema)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'integer':
    case 'number':
      return schema.minimum ?? 1
    case 'boolean':
      return true
    case 'array':
      return [sampleOf((schema.items as Schema) ?? {})]
    case 'object': {
      const properties = (schema.properties ?? {}) as Record<string, Schema>
      const required = (schema.required ?? []) as string[]
      return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {})]))
    }
    default:
      return 'a'.repeat(Math.max(3, Number(schema.minLength ?? 0)))
  }
}

/** A good body with something wrong in it. */
function spoilt(schema: Schema, pick: <T>(list: readonly T[]) => T, random: () => number): unknown {
  const wrong = () =>
    pick<unknown>([null, -1, 1.5, true, '', [], {}, pick(HOSTILE), Number.MAX_SAFE_INTEGER, [[{}]], {a: {b: {c: 1}}}])
  const value = sampleOf(schema)
  const properties = Object.keys((schema.properties ?? {}) as object)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong()
  const whole = value as Record<string, unknown>
  if (random() < 0.2 && Object.keys(whole).length > 0) delete whole[pick(Object.keys(whole))]
  if (properties.length > 0) whole[pick(properties)] = wrong()
  if (random() < 0.2) whole[pick(['role', 'scopes', 'id', 'x'.repeat(200), ''])] = wrong()
  return whole
}

function doubled({parameters}: Operation): string {
  return parameters
    .filter(({in: where}) => where === 'query')
    .map(({name}) => `&${encodeURIComponent(name)}=1&${encodeURIComponent(name)}=2`)
    .join('')
}

function some<T>(list: readonly T[], count: number, random: () => number): T[] {
  return [...list].sort(() => random() - 0.5).slice(0, count)
}
