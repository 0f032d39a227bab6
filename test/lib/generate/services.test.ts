import {expect, test} from 'vitest'
import {parseServices, SERVICE_NAMES} from '../../../src/lib/generate/services.js'

test.each([
  ['payment', ['payment']],
  ['mail, gateway', ['gateway', 'mail']],
  ['mail,mail,', ['mail']],
  ['3', ['gateway', 'auth', 'search']],
  ['10', SERVICE_NAMES],
])('reads %j', (text, names) => {
  expect(parseServices(text)).toEqual(names)
})

test.each([
  ['paymnt', 'no service "paymnt" to generate; known: gateway, auth, search'],
  ['gateway,toString', 'no service "toString" to generate'],
  ['', 'no service named to generate'],
  ['0', 'there are 10 services, not 0'],
  ['11', 'there are 10 services, not 11'],
])('refuses %j', (text, message) => {
  expect(() => parseServices(text)).toThrow(message)
})
