// What must never be in the own log, a span or an error answer: known by its name, by what it looks like, or since it is
// one of the secrets of this installation's configuration.

export const MASK = '********'

/** Parts of names, lower case without punctuation, whose values are secrets whatever they look like. */
const SECRET_NAMES =
  /passw|passphrase|passcode|^pwd$|^pw$|secret|authorization|authorisation|^auth$|bearer|cookie|apikey|privatekey|signingkey|credential|verifier|pkce|^jwt$|jwt$|^code$|authcode|oauthcode|^body$|requestbody|rawbody|payload/
/** `token` and the like, but not what is told of one: its id, name, version, scopes and times. */
const TOKEN_NAMES = /token$|tokens$|tokenhash$|tokenvalue$/
const REDIRECT_NAMES = /redirecturi|redirecturl|callbackuri|callbackurl|returnto|returnurl/

const MASKED_LOOKS: ReadonlyArray<[RegExp, string]> = [
  // Authorization schemes and what follows them.
  [/\b(bearer)(\s+|%20|\+)(?!\*{8})[A-Za-z0-9._~+/=:-]{4,}/gi, `$1$2${MASK}`],
  [/\b(B|b)(asic(?:\s+|%20))(?=[a-z+/]*[A-Z0-9=])[A-Za-z0-9+/=_-]{6,}/g, `$1$2${MASK}`],
  // A JWT: three parts in base64url, or two and a dot where the signature was taken off.
  [/\beyJ[\w-]{4,}\.[\w-]{2,}(?:\.[\w-]*){0,3}/g, MASK],
  [/\blf_[\w-]{16,}/g, `lf_${MASK}`],
  // User and password, or a lone token, before the host of a URL; the password may hold what should be escaped.
  [/([a-z][a-z0-9+.-]{0,20}:\/\/)[^/\s"'<>?#]*@/gi, `$1${MASK}@`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  // bcrypt.
  [/\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{22,}/g, MASK],
  // An authorisation code in an address.
  [/([?&](?:code|state)=)(?!\*{8})[^&\s"'#]+/gi, `$1${MASK}`],
  [
    /((?:redirect|callback)[_-]?ur[il](?:\\?["'])?\s*[=:]\s*\\?["']?)([a-z][\w+.-]{0,20}(?::\/\/|%3a%2f%2f))([^/\s"'&%]+)[^\s"'&]*/gi,
    '$1$2$3',
  ],
  // name=value and "name": "value" within a text.
  [
    /((?:password|passwd|passphrase|pwd|secret|api[_-]?key|token|code[_-]?verifier|authorization|cookie|secret[_-]?key)(?:\\?["'])?\s*(?:=|:\s?(?=\\?["']))\s*\\?["']?)(?!\*{8})[^\s"'&,;\\]+/gi,
    `$1${MASK}`,
  ],
  [/((?:password|passwd|passphrase|pwd|secret):\s*)(?!\*{8})[^\s"'&,;\\]+/gi, `$1${MASK}`],
]

/** What every look above has something of: most names, ids and numbers have none, and are let through at once. */
const SUSPECT = /[\s:=%+$?&]|eyJ|lf_|-----/

/** Hides what is secret. `known` are secrets of the configuration, replaced wherever they stand. */
export interface Masker {
  /** A text in which nothing of a secret is left. */
  text(text: string): string
  /** What may be told of a value of this name: MASK, the host of a redirect URI, or `undefined`: look at the value. */
  byName(name: string, value: unknown): string | undefined
}

/** Shorter ones would hide parts of ordinary words, and protect nothing. */
const SHORTEST_KNOWN = 6

export function openMasker(known: readonly string[] = []): Masker {
  const exact = [...new Set(known.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((secret) => secret.length >= SHORTEST_KNOWN)
    .sort((a, b) => b.length - a.length)
  return {
    text(text) {
      let masked = text
      for (const secret of exact) if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK)
      if (!SUSPECT.test(masked)) return masked
      for (const [look, instead] of MASKED_LOOKS) masked = masked.replace(look, instead)
      return masked
    },
    byName(name, value) {
      const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '')
      if (REDIRECT_NAMES.test(plain)) return hostOf(value)
      if (typeof value === 'boolean' || typeof value === 'number' || value === undefined || value === null)
        return SECRET_NAMES.test(plain) && typeof value === 'number' ? MASK : undefined
      return SECRET_NAMES.test(plain) || TOKEN_NAMES.test(plain) ? MASK : undefined
    },
  }
}

/** The host of a URI; all of it is hidden where it has none. */
function hostOf(value: unknown): string {
  const text = String(value)
  return URL.canParse(text) && new URL(text).host ? new URL(text).host : MASK
}
