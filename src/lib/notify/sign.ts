import {createHmac} from 'node:crypto'

/**
 * Headers of a request as Standard Webhooks (standardwebhooks.com) has them. `webhook-id` stays the same when a notice is
 * sent again; `Idempotency-Key` says the same to receivers that know that name.
 *
 * To verify: make HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body, byte by byte>`, in base64; it must equal what
 * stands behind `v1,` in `webhook-signature`, compared in constant time; refuse a `webhook-timestamp` (Unix seconds) that
 * is more than five minutes off. The key is what follows `whsec_` in the secret, decoded from base64; of a secret without
 * `whsec_`, its bytes in UTF-8. Libraries of that project do all this.
 */
export function webhookHeaders(
  id: string,
  body: string,
  secret: string | undefined,
  now: Date,
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const headers = {'webhook-id': id, 'webhook-timestamp': timestamp, 'idempotency-key': id}
  if (secret === undefined) return headers
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {...headers, 'webhook-signature': `v1,${signature}`}
}

function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret)
}
