import {connect} from 'node:net'

/** Whether something listens where a URL points; an address that says nothing for `withinMs` is away. Rejects never. */
export function answers(url: string, withinMs: number): Promise<boolean> {
  const {protocol, hostname, port} = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({host, port: Number(port) || (protocol === 'https:' ? 443 : 80)})
    const end = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.setTimeout(withinMs, () => end(false))
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
