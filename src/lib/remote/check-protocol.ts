import {notLogflow} from './errors.js'
import {PROTOCOL} from './protocol.js'

/** Throws BACKEND_REFUSED where the server speaks another protocol than this logflow, or none. */
export function checkProtocol(about: {protocol?: unknown; version?: unknown} | undefined, url: string): void {
  const {protocol, version} = about ?? {}
  if (protocol === PROTOCOL) return
  const theirs = typeof version === 'string' ? `logflow ${version}` : 'it'
  const why =
    typeof protocol === 'number'
      ? `${theirs} speaks protocol ${protocol}, and this one ${PROTOCOL}`
      : 'it does not say what it speaks'
  throw notLogflow({url}, why)
}
