// Accounts, tokens and the audit trail as JSON Schema: they check requests and stand in the OpenAPI document. What a name
// or a password may be is checked by the accounts room, which says it better.

import {ROLES, SCOPES} from '../accounts/accounts.js'

const text = {type: 'string'} as const
const time = {type: 'string', format: 'date-time', examples: ['2026-11-21T10:00:00.000Z']} as const
const username = {
  type: 'string',
  maxLength: 200,
  description: '3 to 64 letters, digits, ".", "_" and "-"; the same without regard to case',
  examples: ['ann'],
} as const
const password = {
  type: 'string',
  maxLength: 1_000,
  description: '8 to 72 bytes of UTF-8',
  examples: ['correct horse battery'],
} as const
const email = {type: 'string', maxLength: 300, examples: ['ann@example.com']} as const
const fullName = {type: 'string', maxLength: 300, examples: ['Ann Example']} as const
const role = {enum: ROLES} as const
const scopes = {type: 'array', items: {enum: SCOPES}, maxItems: 100, examples: [['ingest']]} as const

export const USER = {
  type: 'object',
  required: ['id', 'username', 'role', 'active', 'created_at', 'updated_at'],
  additionalProperties: false,
  properties: {
    id: {type: 'string', format: 'uuid'},
    username: text,
    email: text,
    full_name: text,
    role,
    active: {type: 'boolean', description: 'false: may not sign in, and tokens are refused'},
    created_at: time,
    updated_at: time,
    last_sign_in_at: time,
  },
} as const

/** Who asks: their account, and what this call of theirs may do. */
export const ME = {
  ...USER,
  required: [...USER.required, 'scopes'],
  properties: {
    ...USER.properties,
    scopes,
    token_id: {...text, description: 'Of whoever works with a token for programs'},
  },
} as const

export const USERS = {
  type: 'object',
  required: ['items'],
  additionalProperties: false,
  properties: {items: {type: 'array', items: USER}, next_cursor: text},
} as const

export const NEW_USER = {
  type: 'object',
  required: ['username', 'password'],
  additionalProperties: false,
  properties: {username, password, email, full_name: fullName},
} as const

/** As an admin makes one. */
export const NEW_USER_OF_ROLE = {...NEW_USER, properties: {...NEW_USER.properties, role}} as const

/** What people may change of their own account. */
export const OWN_CHANGE = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    email: {...email, type: ['string', 'null'], description: 'null takes it away'},
    full_name: {...fullName, type: ['string', 'null'], description: 'null takes it away'},
  },
} as const

export const CHANGE = {
  ...OWN_CHANGE,
  properties: {...OWN_CHANGE.properties, username, role, active: {type: 'boolean'}},
} as const

export const NEW_PASSWORD = {
  type: 'object',
  required: ['password'],
  additionalProperties: false,
  properties: {
    password,
    current: {
      type: 'string',
      maxLength: 1_000,
      description: 'The password until now; not asked of an admin who sets another’s',
    },
  },
} as const

/** The names of OAuth 2's password grant, of which only username and password mean something here. */
export const CREDENTIALS = {
  type: 'object',
  required: ['username', 'password'],
  additionalProperties: false,
  properties: {
    username: {...username, maxLength: 1_000},
    password,
    grant_type: {enum: ['password', ''], description: 'As clients of OAuth 2 send it'},
    scope: {const: '', description: 'As clients of OAuth 2 send it; what the account may do is what the token may do'},
    client_id: {type: 'string', maxLength: 200, description: 'Of no meaning here'},
    client_secret: {type: 'string', maxLength: 200, description: 'Of no meaning here'},
  },
} as const

export const SIGNED_IN = {
  type: 'object',
  required: ['access_token', 'token_type', 'expires_in'],
  additionalProperties: false,
  properties: {
    access_token: {type: 'string', description: 'A JWT, to be sent as "Authorization: Bearer …"'},
    token_type: {const: 'bearer'},
    expires_in: {type: 'integer', description: 'Seconds', examples: [1800]},
  },
} as const

export const TOKEN = {
  type: 'object',
  required: ['id', 'name', 'prefix', 'scopes', 'username', 'created_at'],
  additionalProperties: false,
  properties: {
    id: {type: 'string', format: 'uuid'},
    name: text,
    prefix: {...text, description: 'How the secret begins, to tell tokens apart'},
    scopes,
    username: {...text, description: 'Whose it is'},
    created_at: time,
    expires_at: time,
    last_used_at: {...time, description: 'To the minute'},
    revoked_at: time,
  },
} as const

export const TOKENS = {
  type: 'object',
  required: ['items'],
  additionalProperties: false,
  properties: {items: {type: 'array', items: TOKEN}},
} as const

export const MADE_TOKEN = {
  ...TOKEN,
  required: [...TOKEN.required, 'token'],
  properties: {...TOKEN.properties, token: {...text, description: 'The secret: it is shown this once'}},
} as const

export const NEW_TOKEN = {
  type: 'object',
  required: ['name', 'scopes'],
  additionalProperties: false,
  properties: {
    name: {type: 'string', maxLength: 200, examples: ['ci']},
    scopes,
    username: {
      ...username,
      description: 'Whose it is to be; the caller’s own unless given. Another’s is for an admin to make',
    },
    expires_at: {type: 'string', maxLength: 40, description: 'RFC 3339; without it, it does not end'},
  },
} as const

export const AUDIT_PAGE = {
  type: 'object',
  required: ['entries', 'chain'],
  additionalProperties: false,
  properties: {
    entries: {
      type: 'array',
      items: {
        type: 'object',
        required: ['seq', 'at', 'event', 'subject_id', 'details'],
        additionalProperties: false,
        properties: {
          seq: {type: 'integer'},
          at: time,
          event: {...text, examples: ['signed_in']},
          subject_id: {...text, description: 'Who: a user id, local:NAME, or anonymous'},
          object_id: {...text, description: 'On what'},
          operation_id: {...text, description: 'Id of the request'},
          source: {...text, description: 'Address of the caller'},
          reason_code: {...text, examples: ['wrong_password']},
          details: {type: 'object', additionalProperties: true},
        },
      },
    },
    chain: {
      type: 'object',
      required: ['rows', 'head', 'verified'],
      additionalProperties: false,
      properties: {
        rows: {type: 'integer'},
        head: {...text, description: 'Hash of the last row'},
        verified: {type: 'boolean', description: 'Every row was checked'},
        broken_at: {type: 'integer', description: 'The first row that was changed, put in or taken away'},
      },
    },
    next_cursor: text,
  },
} as const
