import {failure} from '../failures.js'
import type {Span} from '../log-event.js'
import type {Request} from '../request.js'

const PROVIDERS = ['adyen', 'stripe', 'nexi']
const REASONS = ['insufficient_funds', 'expired_card', 'do_not_honor', 'limit_exceeded']
const TRIES = 3

/** Asks the card's issuer, again when there is no answer; a refusal is final. */
export function takePayment(
  request: Request,
  payment: Span,
  order: {id: string; cents: number},
): 'paid' | 'declined' | 'unavailable' {
  const {random} = request
  const provider = random.pick(PROVIDERS)
  const declined = random.chance(0.11)
  // A provider in trouble stays in trouble for the next try more often than not.
  let trouble = random.chance(0.04)
  request.spend(800, 4000)
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (trouble) {
      const waited = request.spend(800_000, 900_000)
      trouble = random.chance(0.55)
      if (attempt < TRIES) {
        request.log(
          payment,
          'WARN',
          `${provider} did not answer in ${Math.floor(waited / 1000)} ms, retrying (${attempt} of ${TRIES})`,
          {
            event: 'payment_retry',
            fields: ['order_id', order.id, 'provider', provider, 'attempt', attempt],
          },
        )
        request.spend(50_000 * attempt, 80_000 * attempt)
      }
      continue
    }
    request.spend(30_000, 450_000)
    if (declined) {
      request.log(payment, 'WARN', `card declined for order ${order.id}`, {
        event: 'card_declined',
        fields: ['order_id', order.id, 'provider', provider, 'reason', random.pick(REASONS), 'attempt', attempt],
        timed: true,
      })
      return 'declined'
    }
    request.log(payment, 'INFO', `payment for order ${order.id} captured`, {
      event: 'payment_captured',
      fields: ['order_id', order.id, 'provider', provider, 'amount_cents', order.cents, 'attempt', attempt],
      timed: true,
    })
    return 'paid'
  }
  const error = failure(random, 'ProviderError', `${provider} did not answer`, 'charge src/charge.ts', {
    name: 'TimeoutError',
    message: `no answer from ${provider} in ${TRIES} tries`,
    frame: 'request src/provider-client.ts',
  })
  request.log(payment, 'ERROR', `payment for order ${order.id} given up after ${TRIES} tries`, {
    event: 'payment_unavailable',
    fields: ['order_id', order.id, 'provider', provider],
    error,
    timed: true,
  })
  return 'unavailable'
}
