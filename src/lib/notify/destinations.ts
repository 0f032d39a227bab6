import {lookup as resolve} from 'node:dns'
import {BlockList, isIP, type LookupFunction} from 'node:net'
import {LogflowError} from '../errors/logflow-error.js'

/**
 * Ranges that are no destination on the public internet (IANA special-purpose registries for IPv4 and IPv6): this host,
 * private, shared by carriers, loopback, link-local (cloud metadata), documentation, benchmarks, multicast, reserved.
 */
const NOT_PUBLIC_4: ReadonlyArray<[string, number]> = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Public is only 2000::/3, and of it not these: tunnels that carry an IPv4 address (Teredo, 6to4) included. */
const NOT_PUBLIC_6: ReadonlyArray<[string, number]> = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const notPublic = blockListOf([...NOT_PUBLIC_4, ...NOT_PUBLIC_6])
const global6 = blockListOf([['2000::', 3]])

/** Where notices may go. */
export interface Destinations {
  /** May the host, as it stands in a URL, be sent to whatever it resolves to? */
  allowsHost(host: string): boolean
  allowsAddress(address: string): boolean
  /**
   * For sockets: resolves a name once and gives the addresses that were checked, so that nothing else is connected to.
   * Of a name with one address that may not be, none may.
   */
  readonly lookup: LookupFunction
}

/** Why a connection was not made. */
export class NotAllowed extends Error {
  readonly code = 'LOGFLOW_NOT_ALLOWED'
}

/**
 * Public addresses, and what `alerts.allow_destinations` names: host names, addresses and CIDR ranges. BAD_CONFIG where
 * an entry is none of these.
 */
export function openDestinations(allowed: readonly string[]): Destinations {
  const hosts = new Set<string>()
  const ranges = new BlockList()
  for (const entry of allowed) {
    const range = rangeOf(entry)
    if (range) addRange(ranges, range)
    else if (/^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*\.?$/u.test(entry) && !/^[\d.]+$/.test(entry))
      hosts.add(bareHost(entry))
    else throw badEntry(entry)
  }
  const allowsHost = (host: string) => hosts.has(bareHost(host))
  const allowsAddress = (address: string) => isPublic(address) || contains(ranges, address)
  return {
    allowsHost,
    allowsAddress,
    lookup: (host, options, done) => {
      resolve(host, {...options, all: true}, (error, found) => {
        if (error) return done(error, '', 0)
        const refused = allowsHost(host) ? undefined : found.find(({address}) => !allowsAddress(address))
        const [first] = found
        if (refused || !first) return done(new NotAllowed(notAllowedText(host)), '', 0)
        return options.all ? done(null, found) : done(null, first.address, first.family)
      })
    },
  }
}

/** What a name inside the network resolves to is not told: whoever made the rule may be outside. */
export function notAllowedText(host: string): string {
  return `${host} is not a public address: alerts.allow_destinations must name it`
}

/** On the public internet. An IPv6 address that stands for an IPv4 one (::ffff:a.b.c.d) is judged as that. */
export function isPublic(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  const four = mappedAddress(bare)
  if (four !== undefined) return isPublic(four)
  switch (isIP(bare)) {
    case 4:
      return !notPublic.check(bare, 'ipv4')
    case 6:
      return global6.check(bare, 'ipv6') && !notPublic.check(bare, 'ipv6')
    default:
      return false
  }
}

function contains(ranges: BlockList, address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  const four = mappedAddress(bare)
  if (four !== undefined) return ranges.check(four, 'ipv4')
  const family = isIP(bare)
  return family !== 0 && ranges.check(bare, family === 4 ? 'ipv4' : 'ipv6')
}

/** a.b.c.d of ::ffff:a.b.c.d, however it is written. */
function mappedAddress(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined
  // A URL writes every IPv6 address in one way: the IPv4 part as two groups in hex.
  const written = new URL(`http://[${address}]`).hostname
  const match = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(written)
  if (!match) return undefined
  const [high, low] = [Number.parseInt(match[1] as string, 16), Number.parseInt(match[2] as string, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** Without the brackets of an IPv6 address in a URL and the dot of a name that is absolute. */
export function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}

function rangeOf(entry: string): [string, number] | undefined {
  const [address = '', prefix] = entry.replace(/^\[(.*)\]$/, '$1').split('/')
  const family = isIP(address)
  if (family === 0) return undefined
  const most = family === 4 ? 32 : 128
  if (prefix === undefined) return [address, most]
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most) throw badEntry(entry)
  return [address, Number(prefix)]
}

function badEntry(entry: string): LogflowError {
  return new LogflowError(
    'BAD_CONFIG',
    `alerts.allow_destinations: ${JSON.stringify(entry)} is no host name, address or range`,
    {
      suggestions: [
        'Write a host (hooks.internal), an address (10.0.0.7) or a range (10.0.0.0/8), without port and path',
      ],
    },
  )
}

function blockListOf(ranges: ReadonlyArray<[string, number]>): BlockList {
  const list = new BlockList()
  for (const range of ranges) addRange(list, range)
  return list
}

function addRange(list: BlockList, [address, prefix]: readonly [string, number]): void {
  list.addSubnet(address, prefix, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}
