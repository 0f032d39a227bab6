import {expect, test} from 'vitest'
import {bcryptPasswords, checkPassword} from '../../../src/lib/accounts/passwords.js'

test('a hash is bcrypt with cost 12 unless a test asks for less, and fits its password alone', async () => {
  const passwords = bcryptPasswords(4)
  const hash = await passwords.hash('correct horse')
  expect(hash).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/)
  expect(await bcryptPasswords().hash('correct horse')).toMatch(/^\$2b\$12\$/)
  expect(await passwords.verify('correct horse', hash)).toBe(true)
  expect(await passwords.verify('Correct horse', hash)).toBe(false)
  expect(await passwords.verify('correct horse', undefined)).toBe(false)
  expect(await passwords.verify('', undefined)).toBe(false)
})

test('all 72 bytes count, and none may follow them', async () => {
  const passwords = bcryptPasswords(4)
  const hash = await passwords.hash(`${'x'.repeat(71)}1`)
  expect(await passwords.verify(`${'x'.repeat(71)}1`, hash)).toBe(true)
  expect(await passwords.verify(`${'x'.repeat(71)}2`, hash)).toBe(false)
  expect(await passwords.verify(`${'x'.repeat(71)}1 and more`, hash)).toBe(false)
})

test.each([
  ['seven77', 'the password is too short: 8 bytes at least'],
  ['', 'the password is too short: 8 bytes at least'],
  ['x'.repeat(73), 'the password is too long: 72 bytes of UTF-8 at most'],
  ['é'.repeat(37), 'the password is too long: 72 bytes of UTF-8 at most'],
  ['before\0after', 'the password holds a character that cannot be kept'],
  ['lone \ud800 surrogate', 'the password holds a character that cannot be kept'],
])('%j is refused', (password, message) => {
  expect(() => checkPassword(password)).toThrow(expect.objectContaining({code: 'USAGE', message}))
})

test.each(['8 bytes!', 'é'.repeat(36), 'ünïcödé'])('%j is taken', (password) => {
  expect(() => checkPassword(password)).not.toThrow()
})
