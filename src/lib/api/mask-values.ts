const MASK = '********'

const SECRET_NAME =
  /auth|cookie|token|secret|passw|pwd|api-?_?key|signature|session|credential|private|bearer|jwt|otp|code/i
/** What looks like a token wherever it stands: a JWT, one of ours, `Bearer …`, a user and password in a URL. */
const SECRET_LOOK = /\beyJ[\w-]+\.[\w-]+\.[\w-]*|\blf_[\w-]{20,}|\b(?:bearer|basic) +\S+|:\/\/[^\s/@]*:[^\s/@]*@/gi

/** Headers or parameters to be shown, without what is a credential by its name or its look. */
export function maskValues(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, SECRET_NAME.test(name) ? MASK : maskLooks(value)]),
  )
}

function maskLooks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskLooks)
  return typeof value === 'string' ? value.replace(SECRET_LOOK, MASK) : value
}
