// Accounts: who may do what. A member keeps them in the database (local/) or asks a server for them (remote/);
// test/contracts/accounts.ts is what both must pass. Every change and every sign-in leaves a row in the audit trail.

export const ROLES = ['user', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** What a token may be used for. Somebody who signed in with a password has all that their role allows. */
export const SCOPES = ['read', 'ingest', 'alerts', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Who asks, and from where: for rights, throttling and the audit trail. */
export interface Caller {
  /** A user id; `local:<system user>` for a command that works on the database itself; `anonymous`. */
  subject: string
  username?: string
  role: Role
  /** What this call may do: of a token its scopes, cut down to what the role allows. */
  scopes: ReadonlySet<Scope>
  /** Set for whoever works with a token for programs. */
  tokenId?: string
  /** Address the call came from; absent for local commands. */
  source?: string
  /** The request's id. */
  operation?: string
}

export interface User {
  id: string
  username: string
  email?: string
  full_name?: string
  role: Role
  active: boolean
  created_at: string
  updated_at: string
  last_sign_in_at?: string
}

export interface NewUser {
  /** 3–64 of letters, digits, `.`, `_`, `-`; unique without regard to case. */
  username: string
  email?: string
  full_name?: string
  /** 8 to 72 bytes of UTF-8: bcrypt reads no further. */
  password: string
  role?: Role
}

export type UserChange = Partial<Pick<User, 'username' | 'role' | 'active'>> & {
  email?: string | null
  full_name?: string | null
}

export interface SignedIn {
  /** A JWT. */
  access_token: string
  token_type: 'bearer'
  /** Seconds. */
  expires_in: number
}

export interface ApiToken {
  id: string
  name: string
  prefix: string
  scopes: Scope[]
  /** Name of whose it is. */
  username: string
  created_at: string
  expires_at?: string
  last_used_at?: string
  revoked_at?: string
}

export interface NewToken {
  name: string
  scopes: Scope[]
  /** Whose it is to be; the caller's own unless given. Another's is for an admin to make. */
  username?: string
  /** RFC 3339; absent: it does not end. */
  expires_at?: string
}

export interface AuditEntry {
  seq: number
  at: string
  event: string
  subject_id: string
  object_id?: string
  operation_id?: string
  source?: string
  reason_code?: string
  details: Record<string, unknown>
}

export interface AuditQuestion {
  /** 0: none, for who only wants the chain. */
  limit: number
  /** Rows before this one. */
  before?: number
  event?: string
  subject?: string
  /** Checks the whole trail, which takes about a second a 100,000 rows. */
  verify?: boolean
  /** A chain that was seen before and noted elsewhere: with `verify`, whether the trail still begins with it. */
  noted?: {rows: number; head: string}
}

export interface AuditPage {
  entries: AuditEntry[]
  /**
   * How many rows the trail has, and the hash of the last. `verified`: every row was checked; `broken_at` is then the
   * first that was changed, put in, or taken away, were it from the end.
   */
  chain: {rows: number; head: string; verified: boolean; broken_at?: number}
}

/**
 * Rejects with a LogflowError: UNAUTHORISED (nobody, or the wrong password), FORBIDDEN (not theirs to do), NOT_FOUND,
 * ALREADY_THERE, USAGE (a bad name, a weak password), THROTTLED (retriable), DATABASE_UNREACHABLE (retriable).
 * An error text never tells whether an account exists.
 */
export interface Accounts {
  readonly kind: 'local' | 'remote'
  /** False while there is no admin who could sign in. */
  any(): Promise<boolean>
  create(caller: Caller, user: NewUser): Promise<User>
  /** Admins see all; others themselves. Newest last; `after` is the id of the last one seen. */
  list(caller: Caller, page?: {limit?: number; after?: string}): Promise<User[]>
  /** By name or id. */
  show(caller: Caller, who: string): Promise<User>
  update(caller: Caller, who: string, change: UserChange): Promise<User>
  /** Refuses to remove the last admin who can sign in (so does `update` to make them less). */
  remove(caller: Caller, who: string): Promise<void>
  /** `current` is asked of everyone but an admin who sets another's. Ends every session of theirs. */
  setPassword(caller: Caller, who: string, change: {password: string; current?: string}): Promise<void>
  /** Takes the same time whether or not the account exists. */
  signIn(
    from: Pick<Caller, 'source' | 'operation'>,
    credentials: {username: string; password: string},
  ): Promise<SignedIn>
  /** Ends the session that this JWT stands for. */
  signOut(bearer: string, from: Pick<Caller, 'source' | 'operation'>): Promise<void>
  /** Who a bearer token (a JWT, or a token for programs) stands for. UNAUTHORISED when it is expired, revoked or forged. */
  authenticate(bearer: string, from: Pick<Caller, 'source' | 'operation'>): Promise<Caller>
  createToken(caller: Caller, token: NewToken): Promise<ApiToken & {token: string}>
  listTokens(caller: Caller): Promise<ApiToken[]>
  revokeToken(caller: Caller, id: string): Promise<void>
  /** Admins only. Newest first. */
  audit(caller: Caller, page: AuditQuestion): Promise<AuditPage>
  close(): Promise<void>
}
