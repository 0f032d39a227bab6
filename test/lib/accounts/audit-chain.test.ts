import {describe, expect, test} from 'vitest'
import {BEFORE_FIRST, checkRows, EMPTY_HEAD, hashRow} from '../../../src/lib/accounts/audit-chain.js'
import type {AuditRow} from '../../../src/lib/database/schema.js'

function chainOf(count: number): AuditRow[] {
  const rows: AuditRow[] = []
  for (let seq = 1; seq <= count; seq++) {
    const row = {
      seq,
      at: `2026-11-21T10:00:0${seq}.000Z`,
      event: 'signed_in',
      subject_id: `u${seq}`,
      object_id: null,
      operation_id: `r${seq}`,
      source: '192.0.2.1',
      reason_code: null,
      details: '{}',
    }
    rows.push({...row, hash: hashRow(rows.at(-1)?.hash ?? BEFORE_FIRST, row)})
  }
  return rows
}

const at = (rows: AuditRow[], index: number) => rows[index] as AuditRow

test('the hash of a row is fixed by the contract: SHA-256 of the hash before and the canonical JSON', () => {
  expect(at(chainOf(1), 0).hash).toBe('2b980885be083c8681e4623d25c6739ae47dcdd780f31b6e2877aafab206c656')
})

test('a whole chain has its last row as its head, and may be checked in parts', () => {
  const rows = chainOf(5)
  expect(checkRows(EMPTY_HEAD, [])).toEqual({head: EMPTY_HEAD})
  const half = checkRows(EMPTY_HEAD, rows.slice(0, 2))
  expect(checkRows(half.head, rows.slice(2))).toEqual({head: {seq: 5, hash: at(rows, 4).hash}})
})

describe('what is found', () => {
  test.each(['at', 'event', 'subject_id', 'object_id', 'operation_id', 'source', 'reason_code', 'details', 'hash'])(
    'another value in %s',
    (column) => {
      const rows = chainOf(5)
      rows[2] = {...at(rows, 2), [column]: 'other'}
      expect(checkRows(EMPTY_HEAD, rows)).toMatchObject({broken_at: 3, head: {seq: 2}})
    },
  )

  test('a value that is changed, with a hash that fits it', () => {
    const rows = chainOf(5)
    const {hash: _, ...row} = {...at(rows, 2), subject_id: 'somebody else'}
    rows[2] = {...row, hash: hashRow(at(rows, 1).hash, row)}
    expect(checkRows(EMPTY_HEAD, rows).broken_at).toBe(4)
  })

  test('a row taken out, also the first; one put in; two that changed places', () => {
    expect(checkRows(EMPTY_HEAD, chainOf(5).toSpliced(2, 1)).broken_at).toBe(3)
    expect(checkRows(EMPTY_HEAD, chainOf(5).slice(1)).broken_at).toBe(1)
    const rows = chainOf(5)
    expect(checkRows(EMPTY_HEAD, rows.toSpliced(2, 0, at(rows, 1))).broken_at).toBe(3)
    expect(checkRows(EMPTY_HEAD, [at(rows, 1), at(rows, 0)]).broken_at).toBe(1)
  })

  test('a row taken out, and the numbers after it moved up', () => {
    const rows = chainOf(5).toSpliced(2, 1)
    expect(
      checkRows(
        EMPTY_HEAD,
        rows.map((row, index) => ({...row, seq: index + 1})),
      ).broken_at,
    ).toBe(3)
  })
})
