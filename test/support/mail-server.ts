import type {Socket} from 'node:net'
import {SMTPServer, type SMTPServerOptions} from 'smtp-server'

export interface MailServer {
  port: number
  /** What was taken, whole, in the order of arrival. */
  mails: Array<{from: string; to: string[]; text: string; secure: boolean}>
  sockets: Set<Socket>
  close(): Promise<void>
}

/** A real mail server on a free port of this machine; without options one that takes everything, unencrypted. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: MailServer['mails'] = []
  const sockets = new Set<Socket>()
  const server = new SMTPServer({
    disableReverseLookup: true,
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    cert: MAIL_CERTIFICATE,
    key: MAIL_KEY,
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const {mailFrom, rcptTo} = session.envelope
        const to = rcptTo.map(({address}) => address)
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to,
          text: Buffer.concat(chunks).toString(),
          secure: session.secure,
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    port: address.port,
    mails,
    sockets,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Made for these tests, for localhost and 127.0.0.1, and trusted by nothing else. */
export const MAIL_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUM+ucViwBYMvmLdqS9O+ttuG4YnswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjAyMTAyMFoYDzIxMjYxMDI5
MDIxMDIwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATI1qhCepYtMVPuRTW+/ktUpOf9uMJijphxfiKgq5Ez4rvF2vB0Gp8h
lYS4qO9/Ewxzn5fCc+L6sifZ8ew66QQUo28wbTAdBgNVHQ4EFgQUTGauwm76EHRS
i9SQpr3sxLO2PoYwHwYDVR0jBBgwFoAUTGauwm76EHRSi9SQpr3sxLO2PoYwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgf1wD4Hr8d5UhJqgzkAYPhqfu6WtGPcV71QHpjI1ifIoCICxR
31Jejv0ZWcvL9gd6Pjic0n0JiLuDg9nXAN0SX2OB
-----END CERTIFICATE-----
`
export const MAIL_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+M5k2xDnKAEMFpRc
8Rt0T1lZjKf4UKCf1bbhoY/5bNahRANCAATI1qhCepYtMVPuRTW+/ktUpOf9uMJi
jphxfiKgq5Ez4rvF2vB0Gp8hlYS4qO9/Ewxzn5fCc+L6sifZ8ew66QQU
-----END PRIVATE KEY-----
`
