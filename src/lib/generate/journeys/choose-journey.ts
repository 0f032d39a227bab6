import type {Random} from '../random.js'
import type {Request} from '../request.js'
import type {Shopper} from '../shopper.js'
import {addToCart, searchProducts, viewProduct} from './browse.js'
import {checkOut, lookUpOrder} from './check-out.js'
import {signIn} from './sign-in.js'

/** What the shopper does next. */
export function chooseJourney(shopper: Shopper, random: Random): (request: Request) => void {
  const roll = random.below(100)
  if (shopper.cartItems > 0 && roll < 45) return shopper.signedIn ? checkOut : signIn
  if (roll < 36) return viewProduct
  if (roll < 52) return searchProducts
  if (!shopper.signedIn) return signIn
  return roll < 88 || (shopper.orderId === undefined && roll < 99) ? addToCart : lookUpOrder
}
