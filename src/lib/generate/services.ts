import {LogflowError} from '../errors/logflow-error.js'

/** How a service writes its lines. */
export type LineFormat = 'json' | 'logfmt' | 'text' | 'access'

export interface Service {
  name: string
  hosts: readonly string[]
  /** What it writes when every service keeps a format of its own; otherwise all write JSON. */
  ownFormat: LineFormat
}

function service(name: string, ownFormat: LineFormat): Service {
  return {name, hosts: [1, 2, 3].map((n) => `${name}-${n}`), ownFormat}
}

/** The made-up shop, in the order in which a request meets its services. */
export const SERVICES = {
  gateway: service('gateway', 'access'),
  auth: service('auth', 'json'),
  search: service('search', 'json'),
  catalogue: service('catalogue', 'json'),
  cart: service('cart', 'logfmt'),
  orders: service('orders', 'json'),
  inventory: service('inventory', 'logfmt'),
  payment: service('payment', 'json'),
  shipping: service('shipping', 'text'),
  mail: service('mail', 'text'),
} as const

export type ServiceName = keyof typeof SERVICES

export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[]

/**
 * Reads a choice of services: names with commas between them, or a number for the first so many.
 * Throws USAGE that names the known ones.
 */
export function parseServices(text: string): ServiceName[] {
  const all = SERVICE_NAMES.join(', ')
  if (/^\d+$/.test(text)) {
    const count = Number(text)
    if (count >= 1 && count <= SERVICE_NAMES.length) return SERVICE_NAMES.slice(0, count)
    throw new LogflowError('USAGE', `there are ${SERVICE_NAMES.length} services, not ${text}: ${all}`)
  }
  const chosen = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const unknown = chosen.find((name) => !Object.hasOwn(SERVICES, name))
  if (unknown !== undefined) throw new LogflowError('USAGE', `no service "${unknown}" to generate; known: ${all}`)
  if (chosen.length === 0) throw new LogflowError('USAGE', `no service named to generate; known: ${all}`)
  return SERVICE_NAMES.filter((name) => chosen.includes(name))
}
