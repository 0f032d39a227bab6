import {writeFileSync} from 'node:fs'
import {createServer, type Server, type Socket} from 'node:net'
import {join} from 'node:path'
import type {SMTPServerOptions} from 'smtp-server'
import {afterEach, expect, test} from 'vitest'
import type {SmtpConfig} from '../../../src/lib/config/config.js'
import {openChannels} from '../../../src/lib/notify/channels.js'
import type {Notice, Outcome} from '../../../src/lib/notify/notice.js'
import {sampleNotices} from '../../../src/lib/notify/sample-notices.js'
import {MAIL_CERTIFICATE, type MailServer, mailServer} from '../../support/mail-server.js'
import {tempFolder} from '../../support/temp-folder.js'

const open: Array<{close(): Promise<void>}> = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function serving(options?: SMTPServerOptions): Promise<MailServer> {
  const server = await mailServer(options)
  open.push(server)
  return server
}

const NOTICE = sampleNotices()[0] as Notice
const BASE: Omit<SmtpConfig, 'port'> = {
  host: '127.0.0.1',
  tls: 'none',
  from: 'logflow <logflow@example.com>',
  recipients: [],
}

interface Sent {
  smtp?: Partial<SmtpConfig>
  to?: string[]
  subject?: string
  trusted?: boolean
  mailTimeoutMs?: number
  notice?: Notice
}

function send(
  port: number,
  {smtp, to = ['oncall@example.com'], subject, trusted = true, mailTimeoutMs = 30_000, notice = NOTICE}: Sent = {},
) {
  const channels = openChannels({
    alerts: {allowDestinations: [], variables: {LOGFLOW_ALERT_WHO: 'who@example.com'}, smtp: {...BASE, port, ...smtp}},
    mailTimeoutMs,
  })
  const config = {to, ...(subject === undefined ? {} : {subject})}
  return channels
    .get('email')
    ?.send(notice, {config, trusted, signal: new AbortController().signal}) as Promise<Outcome>
}

function header(text: string, name: string): string {
  const unfolded = (text.split('\r\n\r\n')[0] ?? '').replace(/\r\n[ \t]+/g, ' ')
  return new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded)?.[1] ?? ''
}

test('a mail is taken: text and HTML, from logflow, known again', async () => {
  const server = await serving()
  expect(await send(server.port, {to: ['a@example.com', `\${LOGFLOW_ALERT_WHO}`]})).toMatchObject({
    sent: true,
    detail: expect.stringContaining('taken for a@example.com, who@example.com: 250'),
  })
  const [mail] = server.mails
  expect(mail).toMatchObject({from: 'logflow@example.com', to: ['a@example.com', 'who@example.com'], secure: false})
  const text = mail?.text ?? ''
  expect(header(text, 'Message-ID')).toBe(`<${NOTICE.id}@example.com>`)
  expect(header(text, 'References')).toBe(`<alert.${NOTICE.alerts[0]?.id}@example.com>`)
  expect(header(text, 'Auto-Submitted')).toBe('auto-generated')
  expect(header(text, 'Date')).toBe('Thu, 01 Jan 2026 00:00:00 +0000')
  expect(text).toContain('Content-Type: text/plain')
  expect(text).toContain('Content-Type: text/html')
  // The rule's description holds <b>, which must not be markup.
  expect(text.slice(text.indexOf('text/html'))).not.toContain('<b>&amp;</b>')
})

test('nothing of a name makes a header of its own', async () => {
  const server = await serving()
  const name = 'x\r\nBcc: eve@example.com\r\n\r\n<script>'
  const notice = {...NOTICE, rule: {...NOTICE.rule, name}}
  expect((await send(server.port, {notice, subject: '{{rule.name}}'})).sent).toBe(true)
  expect((await send(server.port, {notice})).sent).toBe(true)
  for (const {text, to} of server.mails) {
    expect(to).toEqual(['oncall@example.com'])
    expect(header(text, 'Bcc')).toBe('')
    // As it is, or as an encoded word.
    expect(header(text, 'Subject')).toMatch(/x\\r\\nBcc|x.*=5Cr=5CnBcc/)
  }
})

test('a test says so in its subject, also in one of the rule itself', async () => {
  const server = await serving()
  expect((await send(server.port, {subject: '{{severity}}'})).sent).toBe(true)
  expect((await send(server.port, {subject: '{{severity}}', notice: {...NOTICE, test: false}})).sent).toBe(true)
  expect(server.mails.map(({text}) => header(text, 'Subject'))).toEqual(['TEST critical', 'critical'])
})

test('what is refused for now is tried again, and then taken', async () => {
  let times = 0
  const server = await serving({
    onMailFrom(_, __, done) {
      times++
      done(times === 1 ? Object.assign(new Error('come back later'), {responseCode: 451}) : undefined)
    },
  })
  expect(await send(server.port)).toEqual({
    sent: false,
    reason: `127.0.0.1:${server.port} refused the mail: 451 come back later`,
    retriable: true,
  })
  expect((await send(server.port)).sent).toBe(true)
})

test('a recipient who is refused for good is not tried again; of two the other gets it', async () => {
  const server = await serving({
    onRcptTo({address}, _, done) {
      done(address.startsWith('no@') ? Object.assign(new Error('no such user'), {responseCode: 550}) : undefined)
    },
  })
  expect(await send(server.port, {to: ['no@example.com']})).toEqual({
    sent: false,
    reason: `127.0.0.1:${server.port} refused the mail: 550 no such user`,
    retriable: false,
  })
  expect(await send(server.port, {to: ['no@example.com', 'a@example.com']})).toMatchObject({
    sent: true,
    detail: expect.stringContaining('taken for a@example.com, refused for no@example.com'),
  })
  expect(server.mails).toHaveLength(1)
})

test('a text that is refused for good is not tried again', async () => {
  const server = await serving({
    onData(stream, _, done) {
      stream.resume().on('end', () => done(Object.assign(new Error('spam'), {responseCode: 554})))
    },
  })
  expect(await send(server.port)).toEqual({
    sent: false,
    reason: `127.0.0.1:${server.port} refused the mail: 554 spam`,
    retriable: false,
  })
})

test('a connection that drops while the text is sent is tried again', async () => {
  const server: MailServer = await serving({
    onData(stream) {
      stream.once('data', () => {
        for (const socket of server.sockets) socket.destroy()
      })
    },
  })
  expect(await send(server.port)).toMatchObject({sent: false, retriable: true})
})

test('a server that says nothing is given up after the time limit', async () => {
  const sockets = new Set<Socket>()
  const silent: Server = createServer((socket) => sockets.add(socket))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  open.push({
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        silent.close(() => resolve())
      }),
  })
  const {port} = silent.address() as {port: number}
  expect(await send(port, {mailTimeoutMs: 300})).toEqual({
    sent: false,
    reason: '127.0.0.1 did not take the mail within 0.3 s',
    retriable: true,
  })
})

test('no server at all is tried again', async () => {
  const server = await serving()
  await server.close()
  open.pop()
  expect(await send(server.port)).toMatchObject({sent: false, retriable: true})
})

test('signs in; a wrong password is told without it, and tried again', async () => {
  const server = await serving({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth({username, password}, _, done) {
      if (username === 'u' && password === 'right-pw') done(null, {user: 'u'})
      else done(Object.assign(new Error('bad credentials wrong-pw'), {responseCode: 535}))
    },
  })
  expect((await send(server.port, {smtp: {username: 'u', password: 'right-pw'}})).sent).toBe(true)
  expect(await send(server.port, {smtp: {username: 'u', password: 'wrong-pw'}})).toEqual({
    sent: false,
    reason: `127.0.0.1:${server.port} does not let us sign in: answered 535`,
    retriable: true,
  })
})

function certificateFile(): string {
  const path = join(tempFolder(), 'ca.pem')
  writeFileSync(path, MAIL_CERTIFICATE)
  return path
}

test('STARTTLS with a certificate that is trusted', async () => {
  const server = await serving({disabledCommands: []})
  expect((await send(server.port, {smtp: {tls: 'starttls', caFile: certificateFile()}})).sent).toBe(true)
  expect(server.mails[0]?.secure).toBe(true)
})

test('TLS from the beginning with a certificate that is trusted', async () => {
  const server = await serving({secure: true})
  expect((await send(server.port, {smtp: {tls: 'implicit', caFile: certificateFile()}})).sent).toBe(true)
  expect(server.mails[0]?.secure).toBe(true)
})

test.each(['starttls', 'implicit'] as const)('%s: nothing is said to a server that nobody vouches for', async (tls) => {
  const server = await serving(tls === 'implicit' ? {secure: true} : {disabledCommands: []})
  expect(await send(server.port, {smtp: {tls}})).toMatchObject({sent: false, retriable: true})
  expect(server.mails).toEqual([])
})

test('a server without STARTTLS gets nothing where it is needed, and the mail where it is only taken if offered', async () => {
  const server = await serving({hideSTARTTLS: true})
  expect(await send(server.port, {smtp: {tls: 'starttls'}})).toMatchObject({sent: false, retriable: true})
  expect(server.mails).toEqual([])
  expect((await send(server.port, {smtp: {tls: 'if offered'}})).sent).toBe(true)
  const offering = await serving({disabledCommands: []})
  expect((await send(offering.port, {smtp: {tls: 'if offered'}})).sent).toBe(true)
  expect(offering.mails[0]?.secure).toBe(true)
})

test('rules made over the API send to the recipients that the operator allows', async () => {
  const server = await serving()
  const smtp = {recipients: ['example.com', 'one@example.org']}
  const at = (to: string) => send(server.port, {smtp, to: [to], trusted: false})
  expect((await at('any@Example.com')).sent).toBe(true)
  expect((await at('one@example.org')).sent).toBe(true)
  for (const to of ['two@example.org', 'a@notexample.com', 'a@sub.example.com']) {
    expect(await at(to)).toEqual({sent: false, reason: `${to} is not among alerts.smtp.recipients`, retriable: false})
  }
})

test('without a server or a sender it waits for one', async () => {
  expect(await send(1, {smtp: {from: undefined}})).toMatchObject({sent: false, retriable: true})
  const channel = openChannels({alerts: {allowDestinations: [], variables: {}}}).get('email')
  const target = {config: {to: ['a@example.com']}, trusted: true, signal: new AbortController().signal}
  expect(await channel?.send(NOTICE, target)).toEqual({
    sent: false,
    reason: 'no mail server is set: alerts.smtp.host',
    retriable: true,
  })
})
