import {escapeLine} from '../../output/escape-controls.js'
import {wrapTo} from '../../output/text-width.js'
import {fitted, type Pen} from './pen.js'

/** What is known of something: a name, what it is, and how that is coloured. Those without a text are left out. */
export type Detail = readonly [name: string, text: string | undefined, paint?: (text: string) => string]

/** Details one below the other, long ones over several lines; as many lines as it takes. */
export function detailLines(details: readonly Detail[], columns: number, {palette}: Pen): string[] {
  const known = details.filter(([, text]) => text !== undefined && text !== '')
  const width = Math.min(Math.max(0, ...known.map(([name]) => name.length)) + 2, Math.floor(columns / 2))
  return known.flatMap(([name, text = '', paint]) => {
    const lines = text.split('\n').flatMap((line) => wrapTo(escapeLine(line), Math.max(1, columns - width - 1)))
    return lines.map((line, at) =>
      fitted([[' '], [(at === 0 ? name : '').padEnd(width).slice(0, width), palette.dim], [line, paint]], columns),
    )
  })
}
