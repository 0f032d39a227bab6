import type {Answer, BusStatus, PipelineStatus, StoreStatus} from './pipeline-status.js'

/** The pipeline as it is shown and printed as JSON. */
export function statusParts({bus, store, database, alerts}: PipelineStatus) {
  return {
    bus: plain(bus, busPart),
    store: plain(store, storePart),
    ...(database === undefined ? {} : {database: plain(database, (part) => part)}),
    ...(alerts === undefined ? {} : {alerts: plain(alerts, (part) => part)}),
  }
}

/** An answer, or its error as one line. */
function plain<T, P extends object>(answer: Answer<T>, part: (value: T) => P): P | {error: string} {
  return answer.ok ? part(answer.value) : {error: answer.error.message}
}

function busPart({deadLetters, deadLettersAtMost, ...bus}: BusStatus) {
  return {...bus, dead_letters: deadLetters, ...(deadLettersAtMost ? {dead_letters_at_most: true} : {})}
}

function storePart({lastStored, ...store}: StoreStatus) {
  return {...store, ...(lastStored === undefined ? {} : {last_stored: lastStored})}
}
