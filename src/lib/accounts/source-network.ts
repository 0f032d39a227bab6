import {isIPv4, isIPv6} from 'node:net'

/**
 * What counts as one source of sign-ins: an IPv4 address, or the /64 network of an IPv6 address, since one customer
 * has a whole one. Anything else stands for itself.
 */
export function sourceNetwork(address: string): string {
  if (isIPv4(address)) return address
  const plain = address.replace(/%.*$/, '')
  if (!isIPv6(plain)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  if (mapped) return mapped
  return `${groupsOf(plain).slice(0, 4).join(':')}::/64`
}

/** The eight groups, without leading zeros. */
function groupsOf(address: string): string[] {
  // The URL parser writes every address in its one canonical form.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [front = '', back] = canonical.split('::')
  const [before, after] = [front, back ?? ''].map((half) => (half === '' ? [] : half.split(':'))) as [
    string[],
    string[],
  ]
  return [...before, ...Array(8 - before.length - after.length).fill('0'), ...after]
}
