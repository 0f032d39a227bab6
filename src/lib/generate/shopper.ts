import type {Random} from './random.js'

/** Somebody who walks through the shop; all requests of one visit share a correlation id. */
export interface Shopper {
  correlationId: string
  userId: string
  clientIp: string
  userAgent: string
  /** Requests still to come in this visit. */
  left: number
  signedIn: boolean
  cartItems: number
  cartCents: number
  orderId?: string
  /** When the running request ends, microseconds since 1970: a shopper makes one at a time. */
  busyUntil: number
}

const USER_AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36',
  'shop-ios/7.4.1 (iPhone; iOS 18.6)',
  'shop-android/7.4.0 (Pixel 9; Android 16)',
]

export function newShopper(random: Random, ids: Random): Shopper {
  return {
    correlationId: ids.uuid(),
    userId: `u_${random.between(1000, 99_999)}`,
    // 203.0.113.0/24 and its like are kept free for examples; 10/8 is nobody's in particular.
    clientIp: `10.${random.below(256)}.${random.below(256)}.${random.between(1, 255)}`,
    userAgent: random.pick(USER_AGENTS),
    left: random.between(4, 20),
    signedIn: random.chance(0.5),
    cartItems: 0,
    cartCents: 0,
    busyUntil: 0,
  }
}
