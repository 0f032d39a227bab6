import {expect, test} from 'vitest'
import {isPublic, openDestinations} from '../../../src/lib/notify/destinations.js'

test.each([
  ...[
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
  ],
  ...[
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
  ],
  ...['198.51.100.7', '203.0.113.9', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...[
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '100::1',
  ],
  ...[
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
  ],
  ...['ff02::1', '4000::1', '', 'localhost', '1.2.3', '1.2.3.4.5'],
])('%s is not public', (address) => {
  expect(isPublic(address)).toBe(false)
})

test.each([
  ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.1', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1'],
  ...[
    '192.167.1.1',
    '198.17.0.1',
    '198.20.0.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
  ],
])('%s is public', (address) => {
  expect(isPublic(address)).toBe(true)
})

test('names, addresses and ranges may be allowed', () => {
  const {allowsHost, allowsAddress} = openDestinations([
    'Hooks.Internal',
    '10.1.0.0/16',
    '192.168.7.7',
    'fd00::/8',
    '[::1]',
  ])
  expect(['hooks.internal', 'HOOKS.INTERNAL.', 'x.hooks.internal', 'internal'].map(allowsHost)).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(
    ['10.1.2.3', '::ffff:10.1.2.3', '10.2.0.1', '192.168.7.7', '192.168.7.8', 'fd12::1', '::1', '127.0.0.1'].map(
      allowsAddress,
    ),
  ).toEqual([true, true, false, true, false, true, true, false])
})

test.each(['http://a', 'a:80', 'a/b', '10.0.0.0/33', '10.0.0.0/x', '10.0.0', '*.internal', ''])(
  '%j is refused',
  (entry) => {
    expect(() => openDestinations([entry])).toThrow(/is no host name, address or range/)
  },
)
