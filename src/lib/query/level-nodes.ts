import {unreachable} from '../errors/logflow-error.js'
import {LEVELS, type Level} from '../record/level.js'
import {toLevel} from './level-names.js'
import type {QueryNode} from './query.js'
import type {Operator, Plain, Quoted} from './query-scanner.js'
import type {End, Range, Reading, Value} from './query-values.js'
import {literalOf} from './text-nodes.js'
import {mapLiterals, toLike} from './wildcard.js'

/** What a value after `level:` asks for: levels compare by severity. */
export function levelNode(value: Value, reading: Reading): QueryNode {
  const levels = levelsOf(value, reading)
  if (levels.length === 0) throw reading.error(value.at, `no level is like this; there are ${LEVELS.join(', ')}`)
  return {kind: 'level', levels}
}

function levelsOf(value: Value, reading: Reading): Level[] {
  switch (value.kind) {
    case 'quoted':
      return [level(value, reading)]
    case 'plain': {
      if (literalOf(value.pattern) !== undefined) return [level(value, reading)]
      const like = toLike(mapLiterals(value.pattern, (text) => text.toUpperCase()))
      return LEVELS.filter(like)
    }
    case 'compared': {
      const place = placeOf(value.value, reading)
      return LEVELS.filter((_, other) => HOLDS[value.operator](other, place))
    }
    case 'range':
      return between(value, reading)
    case 'regex':
      throw reading.error(value.at, 'a level was expected here, as in level:error, level>=warn or level:(warn error)')
    default:
      return unreachable(value)
  }
}

const HOLDS: Record<Operator, (other: number, place: number) => boolean> = {
  '>=': (other, place) => other >= place,
  '>': (other, place) => other > place,
  '<=': (other, place) => other <= place,
  '<': (other, place) => other < place,
  '=': (other, place) => other === place,
}

function between({from, until}: Range, reading: Reading): Level[] {
  const holds = (end: End | undefined, operator: '>' | '<') => {
    if (!end) return () => true
    const place = placeOf(end.value, reading)
    return (other: number) => HOLDS[operator](other, place) || (end.inclusive && other === place)
  }
  const [above, below] = [holds(from, '>'), holds(until, '<')]
  return LEVELS.filter((_, other) => above(other) && below(other))
}

function placeOf(value: Quoted | Plain, reading: Reading): number {
  return LEVELS.indexOf(level(value, reading))
}

function level(value: Quoted | Plain, reading: Reading): Level {
  const text = value.kind === 'quoted' ? value.text : (literalOf(value.pattern) ?? '*')
  const found = toLevel(text)
  if (!found) throw reading.error(value.at, `"${text}" is no level; use one of ${LEVELS.join(', ')}`)
  return found
}
