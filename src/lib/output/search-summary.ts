import type {NothingFound} from '../query/nothing-found.js'
import {escapeLine} from './escape-controls.js'
import {formatCount, formatDuration, plural} from './numbers.js'
import {type Palette, paletteFor} from './palette.js'
import type {Screen} from './screen.js'

/** One dim line under an answer: `── 100 of 18,204, the newest; --limit for more · since 1h · 38 ms ───`. */
export function searchSummary(
  found: {shown: number; total: number; cut: boolean; span?: string; ms: number},
  screen: Screen,
): string {
  const {shown, total, cut, span, ms} = found
  const more = cut ? '; --limit for more' : ''
  const parts = [`${formatCount(shown)} of ${formatCount(total)}${more}`, ...(span ? [span] : []), formatDuration(ms)]
  const text = `── ${parts.join(' · ')} `
  const rule = Number.isFinite(screen.width) ? '─'.repeat(Math.max(2, screen.width - text.length)) : '──'
  return paletteFor(screen.color).dim(text + rule)
}

/** What to tell someone who found nothing: how much there is at all, and what would match. */
export function nothingFound(asked: {query?: string; span?: string}, why: NothingFound, screen: Screen): string {
  const palette: Palette = paletteFor(screen.color)
  const what = asked.query ? ` for ${escapeLine(shortened(asked.query))}` : ''
  const when = asked.span ? ` (${asked.span})` : ''
  return `nothing found${what}${when} in ${plural(why.total, 'record')}${hint(why, palette)}`
}

/** A query may be thousands of characters long. */
const MOST_SHOWN = 200

function shortened(query: string): string {
  return query.length > MOST_SHOWN ? `${[...query].slice(0, MOST_SHOWN).join('')}…` : query
}

function hint(why: NothingFound, palette: Palette): string {
  if (why.total === 0 && why.files) return ''
  if (why.total === 0) return `; ${palette.bold('logflow ship FILE')} puts some there`
  if (why.unknownService) {
    const {asked, nearest} = why.unknownService
    return `; no service ${escapeLine(JSON.stringify(asked))}${nearest ? `; did you mean ${palette.bold(escapeLine(nearest))}?` : ''}`
  }
  if (why.unknownField) {
    const {asked, nearest} = why.unknownField
    return `; no record has ${escapeLine(JSON.stringify(asked))}${nearest ? `; did you mean ${palette.bold(escapeLine(nearest))}?` : ''}`
  }
  if (why.beginning !== undefined)
    return `; ${palette.bold(`logflow trace ${escapeLine(why.beginning)}`)} takes the beginning of an id`
  if (why.anyTime) {
    const newest = why.newest ? `; the newest record is of ${why.newest}` : ''
    return `; ${formatCount(why.anyTime)} would match at another time${newest}`
  }
  return ''
}
