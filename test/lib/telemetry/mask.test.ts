import {describe, expect, test} from 'vitest'
import {MASK, openMasker} from '../../../src/lib/telemetry/mask.js'

const masker = openMasker(['s3cr3t-of-config', 'pa ss/wo'])

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'
const UNSIGNED = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.'
const TOKEN = 'lf_9zQ2mVbT8xKcR4nL7pWj3sYh6dFg1aEu5oXi0vBtZyM'

describe('what looks like a secret is hidden within a text', () => {
  test.each([
    [`Authorization: Bearer ${TOKEN} was refused`, TOKEN],
    ['got "bearer abc123" instead', 'abc123'],
    [`jwt ${JWT} has expired`, JWT],
    [`alg none: ${UNSIGNED}`, UNSIGNED.slice(0, -1)],
    [`no token ${TOKEN}`, TOKEN],
    ['Basic dXNlcjpodW50ZXIy failed', 'dXNlcjpodW50ZXIy'],
    ['connect to postgres://logflow:hunter2@db:5432/logflow', 'hunter2'],
    ['connect to redis://:p@ss:w0rd@cache:6379', 'w0rd'],
    ['https://token-only-9f8e@host/x', 'token-only-9f8e'],
    ['POST username=a&password=hunter2&x=1', 'hunter2'],
    ['{"password":"hunter2","username":"a"}', 'hunter2'],
    ['{\\"client_secret\\": \\"hunter2\\"}', 'hunter2'],
    ['password: hunter2', 'hunter2'],
    ['code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r', 'dBjftJeZ4CVP'],
    ['GET /callback?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz1', 'SplxlOBeZQQYbYS6WxSbIA'],
    ['redirect_uri=https://app.example.com/cb?code=Splx', '/cb'],
    ['hash $2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW', 'R9h/cIPz0gi'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', 'MIIEow'],
    ['the server said s3cr3t-of-config', 's3cr3t-of-config'],
    ['and in a URL pa%20ss%2Fwo', 'pa%20ss%2Fwo'],
  ])('%s', (text, secret) => {
    const masked = masker.text(text)
    expect(masked).not.toContain(secret)
    expect(masked.includes(MASK) || masked.includes('app.example.com')).toBe(true)
  })

  test.each([
    'no token in this request',
    'basic settings are missing',
    'connect ECONNREFUSED 127.0.0.1:9200',
    'http://localhost:9200/logs?q=code:5',
    'exit code=1 of the processor',
    'mail to ops@example.com about the password policy',
    'digest mismatch in segment 7',
  ])('%s stays as it is', (text) => {
    expect(masker.text(text)).toBe(text)
  })
})

describe('a value is hidden by its name', () => {
  test.each([
    'password',
    'new_password',
    'Authorization',
    'x-api-key',
    'client_secret',
    'SECRET_KEY',
    'access_token',
    'refreshToken',
    'code_verifier',
    'code',
    'cookie',
    'set-cookie',
    'body',
    'request_body',
    'jwt',
  ])('%s', (name) => {
    expect(masker.byName(name, 'value')).toBe(MASK)
  })

  test.each(['token_id', 'token_name', 'username', 'reason_code', 'status', 'token_version'])('%s is shown', (name) => {
    expect(masker.byName(name, 'value')).toBeUndefined()
  })

  test('of a redirect URI the host stays', () => {
    expect(masker.byName('redirect_uri', 'https://app.example.com:8443/cb?code=1')).toBe('app.example.com:8443')
    expect(masker.byName('redirectUri', 'not a uri')).toBe(MASK)
  })
})

test('hiding takes no longer than reading, also of texts made to be slow', () => {
  const hostile = [
    'a'.repeat(4_000),
    'password'.repeat(500),
    'eyJaaaa.'.repeat(500),
    'x://'.repeat(1_000),
    'a_'.repeat(2_000),
  ]
  const started = performance.now()
  for (let round = 0; round < 10; round++) for (const text of hostile) masker.text(text)
  // Fifty texts: milliseconds each, where a pattern that backtracks would take minutes.
  expect(performance.now() - started).toBeLessThan(30_000)
})
