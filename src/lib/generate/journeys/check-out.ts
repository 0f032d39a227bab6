import {failure} from '../failures.js'
import type {Span} from '../log-event.js'
import type {Request} from '../request.js'
import {enter} from './enter.js'
import {takePayment} from './payment.js'
import {checkToken} from './sign-in.js'

const CARRIERS = ['dhl', 'ups', 'gls', 'hermes']

interface Order {
  id: string
  items: number
  cents: number
}

export function checkOut(request: Request): void {
  const {shopper, random} = request
  const order = {
    id: request.newId('ord'),
    items: Math.max(1, shopper.cartItems),
    cents: shopper.cartCents || random.between(999, 20_000),
  }
  enter(request, 'POST', '/api/checkout', (gateway) => {
    if (!checkToken(request, gateway)) return 401
    return request.call('orders', gateway, (orders) => place(request, orders, order))
  })
}

/** Reserve, pay, ship, confirm; what fails is undone, and the caller hears why. */
function place(request: Request, orders: Span, order: Order): number {
  const {random, shopper} = request
  request.spend(900, 8000)
  if (random.chance(0.012)) return noDatabase(request, orders)
  request.log(orders, 'INFO', `order ${order.id} created, ${order.items} items, ${euros(order.cents)}`, {
    event: 'order_created',
    fields: ['order_id', order.id, 'user_id', shopper.userId],
  })
  if (!reserve(request, orders, order)) {
    request.log(orders, 'WARN', `order ${order.id} refused, not enough stock`, {
      event: 'order_refused',
      fields: ['order_id', order.id],
      timed: true,
    })
    return 409
  }
  const paid = request.call('payment', orders, (payment) => takePayment(request, payment, order))
  if (paid !== 'paid') return cancel(request, orders, order, paid)
  request.call('shipping', orders, (shipping) => book(request, shipping, order))
  request.spend(600, 5000)
  shopper.orderId = order.id
  shopper.cartItems = 0
  shopper.cartCents = 0
  request.meanwhile(() => confirm(request, orders, order, 'order_confirmed'))
  request.log(orders, 'INFO', `order ${order.id} confirmed`, {
    event: 'order_confirmed',
    fields: ['order_id', order.id, 'amount_cents', order.cents],
    timed: true,
  })
  return 201
}

function reserve(request: Request, orders: Span, order: Order): boolean {
  const {random} = request
  return request.call('inventory', orders, (inventory) => {
    const took = request.spend(1500, 60_000)
    if (took > 45_000) {
      request.log(inventory, 'WARN', `waited ${Math.floor(took / 1000)} ms for a row lock on stock`, {
        event: 'lock_wait',
      })
    }
    if (random.chance(0.03)) {
      request.log(inventory, 'WARN', `only ${order.items - 1} of ${order.items} items free for ${order.id}`, {
        event: 'stock_short',
        fields: ['order_id', order.id, 'wanted', order.items],
      })
      return false
    }
    request.log(inventory, 'INFO', `${order.items} items reserved for ${order.id}`, {
      event: 'stock_reserved',
      fields: ['order_id', order.id, 'warehouse', `fra-${random.between(1, 4)}`],
      timed: true,
    })
    return true
  })
}

function cancel(request: Request, orders: Span, order: Order, why: 'declined' | 'unavailable'): number {
  const declined = why === 'declined'
  const error = failure(
    request.random,
    'PaymentError',
    declined ? 'card declined' : 'payment service gave up',
    'pay src/place-order.ts',
    declined
      ? {name: 'CardDeclinedError', message: `issuer declined ${euros(order.cents)}`, frame: 'authorise src/client.ts'}
      : {name: 'TimeoutError', message: 'no answer from payment in time', frame: 'request src/client.ts'},
  )
  request.log(orders, 'ERROR', 'payment failed, order cancelled', {
    event: 'order_cancelled',
    fields: ['order_id', order.id, 'status', declined ? 402 : 504],
    error,
    timed: true,
  })
  request.call('inventory', orders, (inventory) => {
    request.spend(900, 9000)
    request.log(inventory, 'INFO', `reservation of ${order.id} released`, {
      event: 'stock_released',
      fields: ['order_id', order.id],
      timed: true,
    })
  })
  request.meanwhile(() => confirm(request, orders, order, 'order_cancelled'))
  return declined ? 402 : 504
}

function noDatabase(request: Request, orders: Span): number {
  request.spend(1_000_000, 2_000_000)
  const error = failure(
    request.random,
    'PoolExhaustedError',
    'no free connection to the database',
    'acquire src/database.ts',
    {name: 'TimeoutError', message: 'waited 1000 ms for a connection', frame: 'wait src/pool.ts'},
  )
  request.log(orders, 'ERROR', 'order could not be saved', {event: 'order_not_saved', error, timed: true})
  return 503
}

function book(request: Request, shipping: Span, order: Order): void {
  const {random} = request
  const carrier = random.pick(CARRIERS)
  request.spend(6000, 120_000)
  if (random.chance(0.04)) {
    request.log(shipping, 'WARN', `${carrier} answered 503, retrying (1 of 3)`, {
      event: 'carrier_retry',
      fields: ['order_id', order.id, 'carrier', carrier],
    })
    request.spend(200_000, 400_000)
  }
  request.log(shipping, 'INFO', `parcel for ${order.id} booked with ${carrier}`, {
    event: 'parcel_booked',
    fields: ['order_id', order.id, 'parcel_id', request.newId('shp'), 'days', random.between(1, 6)],
    timed: true,
  })
}

/** The mail goes out on its own time: nobody waits for it. */
function confirm(request: Request, orders: Span, order: Order, template: string): void {
  const {random} = request
  request.call('mail', orders, (mail) => {
    request.log(mail, 'INFO', `mail ${template} queued for ${order.id}`, {
      event: 'mail_queued',
      fields: ['order_id', order.id, 'template', template],
    })
    request.spend(20_000, 300_000)
    if (random.chance(0.05)) {
      request.log(mail, 'WARN', `relay deferred the mail for ${order.id}: 451 greylisted`, {event: 'mail_deferred'})
      request.spend(200_000, 700_000)
    }
    request.log(mail, 'INFO', `mail for ${order.id} accepted by the relay`, {event: 'mail_sent', timed: true})
  })
}

export function lookUpOrder(request: Request): void {
  const {random, shopper} = request
  const id = shopper.orderId ?? request.newId('ord')
  enter(request, 'GET', `/api/orders/${id}`, (gateway) => {
    if (!checkToken(request, gateway)) return 401
    return request.call('orders', gateway, (orders) => {
      const took = request.spend(900, 30_000)
      if (random.chance(0.4))
        request.log(orders, 'DEBUG', `select from orders took ${Math.ceil(took / 1000)} ms, 1 row`)
      if (shopper.orderId === undefined) {
        request.log(orders, 'INFO', `no order ${id}`, {event: 'order_missing', fields: ['order_id', id]})
        return 404
      }
      request.log(orders, 'INFO', `order ${id} shown to ${shopper.userId}`, {
        event: 'order_shown',
        fields: ['order_id', id, 'user_id', shopper.userId],
        timed: true,
      })
      return 200
    })
  })
}

function euros(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')} EUR`
}
