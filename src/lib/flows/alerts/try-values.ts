import type {BacktestFigures, SweptValue} from '../../alerts/backtested.js'
import type {Rule, WrittenRule} from '../../alerts/rule.js'
import type {Sweep} from '../../alerts/sweep.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {ReadRule} from './rule-test-files.js'

/**
 * A rule with each value of a sweep in the place of its own. With another threshold, resolve_threshold stays the same
 * part of it, so that the hysteresis is tried along. Throws BAD_RULE where a value cannot be.
 */
export function variantsOf(written: WrittenRule, {field, values}: Sweep, readRule: ReadRule): Rule[] {
  return values.map((value) => {
    try {
      return readRule({...written, [field]: value, ...resolveFor(written, field, value)})
    } catch (error) {
      if (!(error instanceof LogflowError)) throw error
      throw new LogflowError('BAD_RULE', `--sweep ${field}: with ${value}, ${error.message}`, {
        cause: error,
        suggestions: error.suggestions,
      })
    }
  })
}

function resolveFor(
  {threshold, resolve_threshold: resolve}: WrittenRule,
  field: Sweep['field'],
  value: number | string,
): Pick<WrittenRule, 'resolve_threshold'> {
  if (field !== 'threshold' || typeof value !== 'number' || !threshold || resolve === undefined) return {}
  // binary fractions: 0.07 of 0.1, at 0.1 again, is 0.07
  return {resolve_threshold: Number(((resolve / threshold) * value).toPrecision(12))}
}

/** The figures of each value, beside the value. */
export function sweptValues(
  rule: Rule,
  {field, values}: Sweep,
  variants: readonly Rule[],
  figures: readonly BacktestFigures[],
): SweptValue[] {
  const own = JSON.stringify(rule)
  return values.map((value, index) => ({
    [field]: value,
    current: JSON.stringify(variants[index]) === own,
    ...(figures[index] as BacktestFigures),
  }))
}
