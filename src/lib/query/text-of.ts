import type {LogRecord} from '../record/record.js'

/**
 * The texts that bare words, phrases and regular expressions look in: the message; where that is empty, the values in
 * the attributes, each a text of its own: strings, numbers as JSON prints them, true and false. Keys and nulls are none.
 */
export function textsOf(record: Pick<LogRecord, 'message' | 'attributes'>): string[] {
  if (record.message !== '') return [record.message]
  const texts: string[] = []
  addTexts(record.attributes, texts)
  return texts
}

function addTexts(value: unknown, texts: string[]): void {
  if (isScalar(value)) texts.push(textOf(value))
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) addTexts(item, texts)
}

/** A value of a field that can be searched. */
export type Scalar = string | number | boolean

export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** How a value reads: a string as it is, a number or boolean as JSON prints it. */
export function textOf(value: Scalar): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
