import {failure} from '../failures.js'
import type {Span} from '../log-event.js'
import type {Request} from '../request.js'
import {enter} from './enter.js'
import {checkToken} from './sign-in.js'

const TERMS = [
  'boots',
  'rain+jacket',
  'tent',
  'lamp',
  'sleeping+bag',
  'stove',
  'rope',
  'compass',
  'water+filter',
  'map',
]

export function searchProducts(request: Request): void {
  const {random} = request
  const term = random.pick(TERMS)
  enter(request, 'GET', `/api/search?q=${term}&page=${random.between(1, 6)}`, (gateway) =>
    request.call('search', gateway, (search) => {
      if (random.chance(0.3)) request.log(search, 'DEBUG', `query rewritten to ${random.between(1, 7)} terms`)
      const took = request.spend(3000, 180_000)
      if (took > 140_000) {
        request.log(search, 'WARN', `slow query took ${Math.floor(took / 1000)} ms on shard ${random.below(5)}`, {
          event: 'slow_query',
        })
      }
      const hits = random.below(900)
      request.log(search, 'INFO', `${hits} hits for ${term}`, {
        event: 'search_answered',
        fields: ['hits', hits, 'index', `products-v${random.between(3, 6)}`],
        timed: true,
      })
      request.call('catalogue', search, (catalogue) => {
        request.spend(600, 20_000)
        if (random.chance(0.4)) {
          request.log(catalogue, 'DEBUG', `${Math.min(hits, 24)} products loaded, ${random.below(25)} from cache`)
        }
      })
      return 200
    }),
  )
}

export function viewProduct(request: Request): void {
  const {random} = request
  const sku = `sku-${random.between(10_000, 60_000)}`
  enter(request, 'GET', `/api/products/${sku}`, (gateway) =>
    request.call('catalogue', gateway, (catalogue) => {
      if (random.chance(0.02)) {
        request.log(catalogue, 'INFO', `no product ${sku}`, {event: 'product_missing', fields: ['sku', sku]})
        return 404
      }
      if (random.chance(0.012)) return crash(request, catalogue, sku)
      const cached = random.chance(0.7)
      request.log(catalogue, 'DEBUG', `cache ${cached ? 'hit' : 'miss'} for product:${sku}`)
      request.spend(cached ? 200 : 2500, cached ? 1500 : 40_000)
      const stock = stockOf(request, catalogue, sku)
      request.log(catalogue, 'INFO', `product ${sku} served, ${stock} in stock`, {
        event: 'product_served',
        fields: ['sku', sku, 'cached', cached],
        timed: true,
      })
      return 200
    }),
  )
}

/** A fault in the program: the request dies with it. */
function crash(request: Request, catalogue: Span, sku: string): number {
  request.spend(400, 3000)
  const error = failure(
    request.random,
    'TypeError',
    'cannot read properties of undefined (reading price)',
    'toView src/product-view.ts',
  )
  request.log(catalogue, 'ERROR', `rendering product ${sku} failed`, {event: 'render_failed', error, timed: true})
  return 500
}

function stockOf(request: Request, parent: Span, sku: string): number {
  const {random} = request
  return request.call('inventory', parent, (inventory) => {
    request.spend(800, 15_000)
    const stock = random.chance(0.015) ? 0 : random.skewed(1, 400)
    if (random.chance(0.3))
      request.log(inventory, 'DEBUG', `${stock} of ${sku} free in warehouse fra-${random.between(1, 4)}`)
    return stock
  })
}

export function addToCart(request: Request): void {
  const {random, shopper} = request
  const sku = `sku-${random.between(10_000, 60_000)}`
  enter(request, 'POST', '/api/cart/items', (gateway) => {
    if (!checkToken(request, gateway)) return 401
    return request.call('cart', gateway, (cart) => {
      request.spend(700, 9000)
      if (stockOf(request, cart, sku) === 0) {
        request.log(cart, 'WARN', `${sku} is sold out`, {event: 'sold_out', fields: ['sku', sku]})
        return 409
      }
      shopper.cartItems++
      shopper.cartCents += random.between(499, 24_000)
      request.log(cart, 'INFO', `${sku} added to the cart of ${shopper.userId}, ${shopper.cartItems} items now`, {
        event: 'cart_item_added',
        fields: ['sku', sku, 'user_id', shopper.userId, 'items', shopper.cartItems],
        timed: true,
      })
      return 201
    })
  })
}
