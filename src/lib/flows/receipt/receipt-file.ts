import {createHash} from 'node:crypto'
import {open, readFile, realpath, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {LogflowError} from '../../errors/logflow-error.js'
import {replaceFile} from '../../sources/replace-file.js'
import {tellFileError} from '../text-file.js'
import {RECEIPT_FORMAT, type Receipt} from './receipt.js'

/** How every receipt begins: what a file must begin with to be replaced by another. */
const BEGINNING = '{"receipt":'

/** Where a run's receipt goes. */
export interface ReceiptFile {
  /** Replaces what was written before, whole: a reader, or a crash at any step, sees the old one or the new one. */
  write(receipt: Receipt): Promise<void>
}

/**
 * A file for the receipt of a run; a link is followed. Rejects with USAGE where the file holds something that is no
 * receipt, and with PERMISSION and the like where it cannot be.
 */
export async function openReceiptFile(path: string, runId: string): Promise<ReceiptFile> {
  const target = await realpath(path).catch(() => path)
  await refuseOther(target, path)
  const temporary = join(dirname(target), `.${basename(target)}.${runId}.new`)
  return {
    async write(receipt) {
      try {
        await replaceFile(target, encodeReceipt(receipt), {temporary, mode: 0o644})
      } catch (error) {
        throw tellFileError('write', path, error)
      }
    },
  }
}

/** The receipt in a file. Rejects with USAGE where there is none, or one that is torn, changed or too new. */
export async function readReceipt(path: string): Promise<Receipt> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const {code} = error as {code?: string}
    if (code === 'EACCES' || code === 'EPERM') throw tellFileError('read', path, error)
    throw noReceipt(path, code === 'ENOENT' ? 'there is no such file' : 'it cannot be read', error)
  }
  return decodeReceipt(text, path)
}

export function encodeReceipt(receipt: Receipt): string {
  const text = JSON.stringify(receipt)
  return `${text.slice(0, -1)},"checksum":"${checksum(text)}"}\n`
}

/** @param path for messages */
export function decodeReceipt(text: string, path: string): Receipt {
  if (text.trim() === '') throw noReceipt(path, 'it is empty')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const torn = text.startsWith(BEGINNING)
    throw noReceipt(path, torn ? 'it is torn: its end is missing, or it was changed' : 'it is no JSON', cause)
  }
  const {checksum: given, ...receipt} = (value ?? {}) as Record<string, unknown>
  if (typeof receipt.receipt !== 'number') throw noReceipt(path, 'it is other JSON')
  if (receipt.receipt > RECEIPT_FORMAT)
    throw new LogflowError('USAGE', `${path} was written by a newer logflow`, {suggestions: ['Update logflow']})
  if (given === undefined) throw noReceipt(path, 'it has no checksum, as what --json prints has none')
  if (given !== checksum(JSON.stringify(receipt))) throw noReceipt(path, 'it was changed after it was written')
  return receipt as unknown as Receipt
}

function checksum(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

function noReceipt(path: string, why: string, cause?: unknown): LogflowError {
  return new LogflowError('USAGE', `${path} is no receipt of a run: ${why}`, {
    cause,
    suggestions: ['Write one with: logflow ship FILE --receipt RECEIPT'],
  })
}

/** An empty file, as mktemp makes it, holds nothing to lose. */
async function refuseOther(target: string, path: string): Promise<void> {
  let other: boolean
  try {
    const stats = await stat(target)
    if (stats.isDirectory())
      throw new LogflowError('USAGE', `${path} is a folder`, {
        suggestions: [`Name a file in it: --receipt ${join(path, 'run.json')}`],
      })
    other = !stats.isFile() || (stats.size > 0 && (await firstText(target, BEGINNING.length)) !== BEGINNING)
  } catch (error) {
    if ((error as {code?: string}).code === 'ENOENT') return refuseNowhere(target, path)
    throw tellFileError('read', path, error)
  }
  if (!other) return
  throw new LogflowError('USAGE', `${path} is no receipt, and would be replaced by one`, {
    suggestions: ['Name another file with --receipt'],
  })
}

/** Told before anything is read, and not when the run is over. */
async function refuseNowhere(target: string, path: string): Promise<void> {
  const folder = dirname(target)
  if (await stat(folder).catch(() => undefined)) return
  throw new LogflowError('FILE_UNREADABLE', `cannot write ${path}: no such folder`, {
    suggestions: [`Make it first: mkdir -p ${folder}`],
  })
}

async function firstText(path: string, length: number): Promise<string> {
  const handle = await open(path, 'r')
  try {
    const {buffer, bytesRead} = await handle.read(Buffer.alloc(length), 0, length, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await handle.close()
  }
}
