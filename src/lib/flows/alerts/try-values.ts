import type {BacktestFigures, SweptValue} from '../../alerts/backtested.js'
import type {Rule, WrittenRule} from '../../alerts/rule.js'
import type {Sweep} from '../../alerts/sweep.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {ReadRule} from './rule-test-files.js'

/** A rule with each value of a sweep in the place of its own. Throws BAD_RULE where a value cannot be. */
export function variantsOf(written: WrittenRule, {field, values}: Sweep, readRule: ReadRule): Rule[] {
  return values.map((value) => {
    try {
      return readRule({...written, [field]: value})
    } catch (error) {
      if (!(error instanceof LogflowError)) throw error
      throw new LogflowError('BAD_RULE', `--sweep ${field}: with ${value}, ${error.message}`, {
        cause: error,
        suggestions: error.suggestions,
      })
    }
  })
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
