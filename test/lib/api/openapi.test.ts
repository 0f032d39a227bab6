import {Ajv2020} from 'ajv/dist/2020.js'
import type {RouteOptions} from 'fastify'
import {expect, test} from 'vitest'
import {PREFIX} from '../../../src/lib/api/prefix.js'
import {PLAIN_SUBJECTS, SUBJECTS} from '../../../src/lib/api/routes/index.js'
import {openApi} from '../../support/open-api.js'

interface Operation {
  operationId: string
  summary: string
  tags: string[]
  security: Array<Record<string, string[]>>
  parameters?: Array<{name: string; in: string; required?: boolean; schema: object}>
  requestBody?: {content: Record<string, {schema?: object}>}
  responses: Record<string, {description: string; content?: Record<string, {schema?: object}>}>
}

interface Document {
  openapi: string
  info: {title: string; version: string}
  tags: Array<{name: string}>
  paths: Record<string, Record<string, Operation>>
  components: {securitySchemes: Record<string, object>; schemas: Record<string, object>}
}

async function readDocument() {
  const {server, parts} = await openApi()
  const answer = await server.inject('/openapi.json')
  expect(answer.statusCode).toBe(200)
  return {document: answer.json() as Document, parts}
}

function operationsOf({paths}: Document) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({path, method, operation})),
  )
}

/** `/logs/:id` as the document writes it. */
function documented(url: string): string {
  return url.replace(/:([A-Za-z_]+)/g, '{$1}')
}

test('every route is in the document, under its name, and says what it is', async () => {
  const {document, parts} = await readDocument()
  expect(document.openapi).toBe('3.1.0')
  expect(document.info).toMatchObject({title: 'logflow', version: '0.0.0-test'})
  const routes: Array<{url: string; route: RouteOptions}> = [
    ...PLAIN_SUBJECTS.flatMap((of) => of(parts)).map((route) => ({url: route.url, route})),
    ...SUBJECTS.flatMap((of) => of(parts)).map((route) => ({url: PREFIX + route.url, route})),
  ]
  const operations = operationsOf(document)
  expect(operations).toHaveLength(routes.length)
  const tags = new Set(document.tags.map(({name}) => name))
  for (const {url, route} of routes) {
    const operation = document.paths[documented(url)]?.[String(route.method).toLowerCase()] as Operation
    expect(operation, `${route.method} ${url}`).toBeDefined()
    expect(operation.operationId).toBe(route.config?.name)
    expect(operation.summary, operation.operationId).toBeTruthy()
    for (const tag of operation.tags ?? ['none']) expect(tags, operation.operationId).toContain(tag)
    expect(operation.security, operation.operationId).toBeDefined()
  }
  const names = operations.map(({operation}) => operation.operationId)
  expect(names).toEqual([...new Set(names)])
})

test('the document holds together: schemas compile, parameters are declared, problems are told', async () => {
  const {document} = await readDocument()
  const ajv = new Ajv2020({strict: false, validateFormats: false})
  const compile = (schema: object | undefined, what: string) => {
    expect(() => ajv.compile({...schema, components: document.components}), what).not.toThrow()
  }
  for (const {path, operation} of operationsOf(document)) {
    const what = operation.operationId
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const declared = (operation.parameters ?? []).filter((one) => one.in === 'path')
    expect(
      declared.map(({name}) => name),
      what,
    ).toEqual(inPath)
    for (const {required} of declared) expect(required, what).toBe(true)
    for (const {schema, name} of operation.parameters ?? []) compile(schema, `${what} ${name}`)
    for (const {schema} of Object.values(operation.requestBody?.content ?? {})) compile(schema, what)
    expect(Object.keys(operation.responses), what).toEqual(expect.arrayContaining(['401', '429', '500']))
    for (const [status, {description, content}] of Object.entries(operation.responses)) {
      expect(status, what).toMatch(/^[1-5]\d\d$/)
      expect(description, `${what} ${status}`).toBeTruthy()
      for (const {schema} of Object.values(content ?? {})) compile(schema, `${what} ${status}`)
    }
    for (const requirement of operation.security)
      for (const scheme of Object.keys(requirement)) expect(document.components.securitySchemes).toHaveProperty(scheme)
  }
})

test('the documentation page and its files come from here, and load nothing from elsewhere', async () => {
  const {server} = await openApi()
  const page = await server.inject('/docs')
  expect(page.statusCode).toBe(200)
  expect(page.headers['content-type']).toMatch(/^text\/html/)
  expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
  const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url as string)
  expect(files.length).toBeGreaterThan(4)
  for (const file of files) {
    expect(file).not.toMatch(/^(https?:)?\/\//)
    const {statusCode, headers} = await server.inject(new URL(file, 'http://localhost/docs').pathname)
    expect(statusCode, file).toBe(200)
    expect(headers['content-security-policy'], file).toContain("default-src 'none'")
  }
})
