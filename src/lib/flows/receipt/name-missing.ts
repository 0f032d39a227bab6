// Says of one block what of it is not in the store. Every answer is checked by the block's digest: nothing is guessed.

import {formatId} from '../../record/id.js'
import type {SentBlock, StoredBlock} from './compare-blocks.js'
import type {SentUnit} from './sent-units.js'
import {UnitDigest, type UnitKey} from './unit-digest.js'

/** One thing that is not as the receipt says. */
export type Finding = FoundUnit | FoundStretch

export interface FoundUnit {
  /** `extra`: there, and not sent by this run: other bytes at a place of the same source. */
  state: 'missing' | 'dead_lettered' | 'doubled' | 'extra'
  id: string
  file: string
  offset: number
  /** Where it is known. */
  line?: number
}

/** A stretch in which records are missing that cannot be named: the file is gone, or holds something else by now. */
export interface FoundStretch {
  state: 'unnamed'
  source: string
  file: string
  /** Offsets [from, to). */
  from: number
  to: number
  sent: number
  /** In the store or the dead letters. */
  found: number
}

/** What became of the units of a block. */
export interface Verdict {
  stored: number
  missing: number
  deadLettered: number
  findings: Finding[]
}

/**
 * @param dead keys of the source's dead letters
 * @param sent the units of the block, where they could be read again
 */
export function judge({block, keys, doubled}: StoredBlock, dead: UnitKey[], sent?: SentUnit[]): Verdict {
  const stored = new Set(keys.map(nameOf))
  const lying = dead.filter((key) => key.offset >= block.from && key.offset < block.to && !stored.has(nameOf(key)))
  const doubles = doubled.map((key) => unitFinding('doubled', block, key))
  if (!sent) {
    const verdict = withoutFile(block, keys, lying)
    return {...verdict, findings: [...verdict.findings, ...doubles]}
  }
  const isLying = new Set(lying.map(nameOf))
  const wanted = new Set(sent.map(nameOf))
  const absent = sent.filter((key) => !stored.has(nameOf(key)))
  const findings = absent.map((key) => unitFinding(isLying.has(nameOf(key)) ? 'dead_lettered' : 'missing', block, key))
  const extra = keys.filter((key) => !wanted.has(nameOf(key))).map((key) => unitFinding('extra', block, key))
  const deadLettered = findings.filter(({state}) => state === 'dead_lettered').length
  return {
    stored: sent.length - absent.length,
    missing: absent.length - deadLettered,
    deadLettered,
    findings: [...findings, ...extra, ...doubles],
  }
}

/** From the digests alone: whether the dead letters are what is missing, or which single unit is. */
function withoutFile(block: SentBlock, keys: UnitKey[], lying: UnitKey[]): Verdict {
  const {digest} = block
  const dead = lying.map((key) => unitFinding('dead_lettered', block, key))
  const present = UnitDigest.of([...keys, ...lying])
  if (present.equals(digest)) return {stored: keys.length, missing: 0, deadLettered: lying.length, findings: dead}
  const left = {stored: keys.length, deadLettered: lying.length}
  if (present.count + 1 === digest.count) {
    const one = {offset: digest.offsets - present.offsets, crc: digest.crcs - present.crcs}
    if (UnitDigest.of([...keys, ...lying, one]).equals(digest))
      return {...left, missing: 1, findings: [...dead, unitFinding('missing', block, one)]}
  }
  const {source, path} = block.file
  const {from, to} = block
  const stretch = {state: 'unnamed' as const, source, file: path, from, to, sent: digest.count, found: present.count}
  // At least one: other records may stand in the place of missing ones.
  return {...left, missing: Math.max(1, digest.count - present.count), findings: [...dead, stretch]}
}

function unitFinding(state: FoundUnit['state'], {file}: SentBlock, unit: UnitKey & {line?: number}): FoundUnit {
  const id = formatId(file.source, unit.offset, unit.crc)
  return {state, id, file: file.path, offset: unit.offset, ...(unit.line ? {line: unit.line} : {})}
}

function nameOf({offset, crc}: UnitKey): string {
  return `${offset}-${crc}`
}
