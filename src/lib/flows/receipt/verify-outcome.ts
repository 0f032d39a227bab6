import {LogflowError} from '../../errors/logflow-error.js'
import {deadLetterTopic} from '../dead-letters.js'
import type {ProcessReceipt, Receipt, ShipReceipt} from './receipt.js'
import type {Verification} from './verify-receipt.js'

/** How a verification must end; `undefined` where every record of the run is in the store once. */
export function verifyOutcome(receipt: ShipReceipt, result: Verification): LogflowError | undefined {
  const {sent, missing, doubled, behind, bus_error} = result
  if (missing > 0 && behind)
    return new LogflowError(
      'NOT_CAUGHT_UP',
      `${missing} of ${sent} records are not there yet: the group ${receipt.group} has ${behind} units of ${receipt.topic} to go`,
      {suggestions: ['logflow verify RECEIPT --wait 60s  to wait for it', 'logflow process --once  to process them']},
    )
  if (missing > 0 && bus_error)
    return new LogflowError(
      'BUS_UNREACHABLE',
      `${missing} of ${sent} records are not in the store, and the bus does not say whether they are under way or dead-lettered: ${bus_error.message}`,
      {cause: bus_error, suggestions: bus_error.suggestions},
    )
  if (missing > 0)
    return new LogflowError('NOT_STORED', `${missing} of ${sent} records are neither stored nor dead-lettered`, {
      suggestions: ['Ship the files again: what is stored stays once'],
    })
  if (doubled > 0) return new LogflowError('NOT_STORED', `${doubled} records are there more than once`)
  return unfinished(receipt) ?? deadLetters(receipt, result.dead_lettered)
}

/** The same for a receipt of `process`, which holds no ids. */
export function processOutcome(receipt: ProcessReceipt): LogflowError | undefined {
  if (receipt.missed > 0)
    return new LogflowError(
      'NOT_CAUGHT_UP',
      `${receipt.missed} units had been removed by retention before they were read`,
    )
  return unfinished(receipt) ?? deadLetters(receipt, receipt.dead_lettered)
}

function unfinished(receipt: Receipt): LogflowError | undefined {
  if (receipt.complete) return undefined
  const {error, interrupted, ended} = receipt
  const why = error
    ? `failed: ${error.message}`
    : interrupted
      ? 'was interrupted'
      : ended
        ? 'left inputs out'
        : 'was killed'
  return new LogflowError('NOT_CAUGHT_UP', `the receipt covers a part: the run ${why}`, {
    suggestions: ['Ship the files again with --receipt: what is stored stays once'],
  })
}

function deadLetters({topic}: Receipt, count: number): LogflowError | undefined {
  if (count === 0) return undefined
  return new LogflowError('DEAD_LETTERED', `${count} records lie on ${deadLetterTopic(topic)}`, {
    suggestions: [`logflow dlq list --topic ${topic}  to see why`],
  })
}
