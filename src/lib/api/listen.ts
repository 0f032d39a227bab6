import {isIPv6} from 'node:net'
import type {FastifyInstance} from 'fastify'
import {LogflowError} from '../errors/logflow-error.js'

/** What is under way when the server is asked to end has so long to come to its end. */
export const GRACE_MS = 10_000

/** Begins to listen. Returns the address to be shown: port 0 takes a free one. */
export async function listen(server: FastifyInstance, {host, port}: {host: string; port: number}): Promise<string> {
  try {
    await server.listen({host, port})
  } catch (error) {
    throw listenError(error, `${bracketed(host)}:${port}`)
  }
  const bound = server.server.address()
  return `http://${bracketed(host)}:${typeof bound === 'object' && bound ? bound.port : port}`
}

/** Stops taking requests, lets those under way finish, and after {@link GRACE_MS} closes what is still open. */
export async function finish(server: FastifyInstance, graceMs = GRACE_MS): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), graceMs)
  try {
    await server.close()
  } finally {
    clearTimeout(timer)
  }
}

function listenError(error: unknown, where: string): unknown {
  const {code} = error as NodeJS.ErrnoException
  const options = {cause: error, suggestions: ['Choose another port: --port 8001, or 0 for a free one']}
  switch (code) {
    case 'EADDRINUSE':
      return new LogflowError('LOCK_HELD', `${where} is taken: another program listens there`, options)
    case 'EACCES':
      return new LogflowError('PERMISSION', `may not listen on ${where}`, options)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new LogflowError('USAGE', `${where} is no address of this machine`, {
        cause: error,
        suggestions: ['Choose one: --host 127.0.0.1, or 0.0.0.0 for all'],
      })
    default:
      return error
  }
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host
}
