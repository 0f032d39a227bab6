// A backup is NDJSON that either engine can be filled from: a head, a line for each row, and an end that counts the rows
// and sums up every byte before it. Without its end it is no backup.

import {LogflowError} from '../../errors/logflow-error.js'

export const BACKUP_FORMAT = 1

export interface BackupHead {
  logflow_backup: number
  /** RFC 3339. */
  made_at: string
  /** Engine it was made from. */
  from: string
  /** Last migration that had been run. */
  migration: string
}

export interface BackupRow {
  table: string
  row: Record<string, BackupValue>
}

export type BackupValue = string | number | null

export interface BackupEnd {
  end: true
  /** Rows by table. */
  rows: Record<string, number>
  /** Of every byte before this line, hexadecimal. */
  sha256: string
}

/** One line. Numbers that JSON does not know are written by name. */
export function toLine(value: BackupHead | BackupRow | BackupEnd): string {
  const named = (_key: string, each: unknown) =>
    typeof each === 'number' && !Number.isFinite(each) ? {number: String(each)} : each
  return `${JSON.stringify(value, named)}\n`
}

export type BackupLine =
  | {kind: 'head'; head: BackupHead}
  | {kind: 'row'; row: BackupRow}
  | {kind: 'end'; end: BackupEnd}

/** @param number of the line, from 1. Throws CORRUPT where it is none of a backup */
export function fromLine(text: string, number: number): BackupLine {
  const value = parsed(text)
  if (number === 1) {
    const {logflow_backup, made_at, from, migration} = value ?? {}
    if (typeof logflow_backup !== 'number') throw noBackup('it does not begin like one')
    if (logflow_backup > BACKUP_FORMAT) {
      throw new LogflowError('BACKEND_REFUSED', 'the backup was made by a newer logflow', {
        suggestions: ['Install the newer logflow'],
      })
    }
    if (typeof made_at !== 'string' || typeof from !== 'string' || typeof migration !== 'string') {
      throw noBackup('its head lacks something')
    }
    return {kind: 'head', head: {logflow_backup, made_at, from, migration}}
  }
  if (value?.end === true && isCounts(value.rows) && typeof value.sha256 === 'string') {
    return {kind: 'end', end: {end: true, rows: value.rows, sha256: value.sha256}}
  }
  if (typeof value?.table === 'string' && isObject(value.row)) {
    const entries = Object.entries(value.row).map(([column, each]) => [column, toValue(each, number)] as const)
    return {kind: 'row', row: {table: value.table, row: Object.fromEntries(entries)}}
  }
  throw noBackup(`line ${number} is no row`)
}

export function noBackup(why: string): LogflowError {
  return new LogflowError('CORRUPT', `this is no whole backup of logflow's database: ${why}`, {
    suggestions: ['Take another backup; nothing has been changed'],
  })
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function toValue(value: unknown, line: number): BackupValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  if (isObject(value) && ['NaN', 'Infinity', '-Infinity'].includes(String(value.number))) return Number(value.number)
  throw noBackup(`line ${line} holds a value that no column has`)
}

function isCounts(value: unknown): value is Record<string, number> {
  return isObject(value) && Object.values(value).every((count) => Number.isSafeInteger(count))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
