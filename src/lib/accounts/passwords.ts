import {LogflowError} from '../errors/logflow-error.js'

/** 2^12 rounds: what OWASP's Password Storage Cheat Sheet asks at least for is 10. */
export const BCRYPT_COST = 12

/** bcrypt reads no further than 72 bytes: what is longer would be cut in silence. */
const LEAST_BYTES = 8
const MOST_BYTES = 72

export interface Passwords {
  hash(password: string): Promise<string>
  /** Compares also where there is no hash, against one that nothing fits: an unknown account takes the same work. */
  verify(password: string, hash: string | undefined): Promise<boolean>
}

/** Rejects with USAGE what is no password for an account, and says why; the text never holds the password. */
export function checkPassword(password: string): void {
  const bytes = Buffer.byteLength(password)
  if (bytes < LEAST_BYTES) {
    throw new LogflowError('USAGE', `the password is too short: ${LEAST_BYTES} bytes at least`)
  }
  if (bytes > MOST_BYTES) {
    throw new LogflowError('USAGE', `the password is too long: ${MOST_BYTES} bytes of UTF-8 at most`)
  }
  // C implementations of bcrypt stop at a NUL.
  if (password.includes('\0') || !isWellFormed(password)) {
    throw new LogflowError('USAGE', 'the password holds a character that cannot be kept')
  }
}

/** A lone surrogate becomes U+FFFD in UTF-8, so that many passwords would be one. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

/** @param cost for tests: the rounds are 2 to the power of it */
export function bcryptPasswords(cost = BCRYPT_COST): Passwords {
  const library = () => import('@node-rs/bcrypt')
  let fitsNothing: Promise<string> | undefined
  return {
    hash: async (password) => (await library()).hash(password, {cost}),
    async verify(password, hash) {
      const {compare, genSalt} = await library()
      // A salt and a digest that is all dots: no password is known that has it.
      fitsNothing ??= genSalt({cost}).then((salt) => salt + '.'.repeat(31))
      const fits = await compare(password, hash ?? (await fitsNothing))
      // A password with more behind it is another one, though bcrypt does not read that far.
      return hash !== undefined && fits && Buffer.byteLength(password) <= MOST_BYTES
    },
  }
}
