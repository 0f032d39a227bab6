import {escapeControls, escapeLine} from './escape-controls.js'
import {formatBytes} from './numbers.js'
import {paletteFor} from './palette.js'
import type {RowColumn} from './rows.js'
import type {Screen} from './screen.js'

interface Summary {
  id: string
  at?: string
  reason: string
  status?: number
  tries: number
  service?: string
  file?: string
  line?: number
  preview: string
}

interface Details extends Omit<Summary, 'preview'> {
  offset: number
  source: string
  host: string
  environment?: string
  observed: string
  timezone: string
  topic?: string
  partition?: number
  bus_offset?: number
  bytes: number
  text?: string
  base64?: string
}

/** Columns of a list of dead letters: for people those of a screen, for csv every field. */
export function letterColumns(forPeople: boolean): readonly RowColumn[] {
  return forPeople ? FOR_PEOPLE : FIELDS.map((title) => ({title}))
}

const FIELDS = ['id', 'at', 'reason', 'status', 'tries', 'service', 'file', 'line', 'source', 'offset', 'preview']
const FOR_PEOPLE: readonly RowColumn[] = [
  {title: 'id'},
  {title: 'at'},
  {title: 'tries', align: 'right'},
  {title: 'status', align: 'right'},
  {title: 'reason', least: 24},
  {title: 'from', least: 16},
  {title: 'line', key: 'preview', least: 16},
]

/** A letter with its service and place in one word, for a table. */
export function tableRow(letter: Summary): Summary & {from: string} {
  return {...letter, from: [letter.service, placeOf(letter)].filter(Boolean).join(' ')}
}

function placeOf({file, line}: {file?: string; line?: number}): string {
  if (file === undefined) return ''
  return line === undefined ? file : `${file}:${line}`
}

/** Everything of one dead letter for people: what is known, then its text. */
export function letterView(letter: Details, screen: Screen): string {
  const palette = paletteFor(screen.color)
  const {topic, partition, bus_offset} = letter
  const pairs: Array<[string, string | undefined]> = [
    ['id', letter.id],
    ['reason', letter.reason],
    ['status', letter.status?.toString()],
    ['tries', String(letter.tries)],
    ['refused', letter.at],
    ['first seen', letter.observed],
    ['service', letter.service],
    ['host', letter.host],
    ['environment', letter.environment],
    ['file', placeOf(letter) || undefined],
    ['offset', String(letter.offset)],
    ['source', letter.source],
    ['bus', topic === undefined ? undefined : `${topic}/${partition} offset ${bus_offset}`],
    ['bytes', `${formatBytes(letter.bytes)}${letter.text === undefined ? ', not UTF-8: -o raw has them' : ''}`],
  ]
  const lines = pairs.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${palette.dim(name.padEnd(11))} ${escapeLine(value)}`],
  )
  const text = letter.text ?? Buffer.from(letter.base64 ?? '', 'base64').toString()
  return `${lines.join('\n')}\n\n${escapeControls(text)}\n`
}
