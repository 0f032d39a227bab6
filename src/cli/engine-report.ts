import {CODES, LogflowError} from '../lib/errors/logflow-error.js'
import type {EngineReport} from '../lib/flows/alerts/engine.js'
import {formatCount, plural} from '../lib/output/numbers.js'

/** What an alert engine has done, as JSON. */
export function engineResult({failing, sent, failed, givenUp, ...report}: EngineReport): object {
  return {
    rules: report.rules,
    checked: report.checked,
    opened: report.opened,
    resolved: report.resolved,
    notices: report.notices,
    notices_sent: sent,
    attempts_failed: failed,
    notices_given_up: givenUp,
    failing: failing.map(({rule, reason}) => ({rule, reason})),
  }
}

/** The same in a line for a person. */
export function engineSummary({rules, checked, opened, resolved, sent, failed, givenUp}: EngineReport): string {
  return [
    `${plural(rules, 'rule')} looked at ${plural(checked, 'time')}`,
    `${plural(opened, 'alert')} opened, ${formatCount(resolved)} resolved`,
    `${plural(sent, 'notice')} sent`,
    ...(failed > 0 ? [`${plural(failed, 'attempt')} failed`] : []),
    ...(givenUp > 0 ? [`${formatCount(givenUp)} given up`] : []),
  ].join('; ')
}

/** Where a rule could not be evaluated nobody knows whether it fires. */
export function engineError({failing, rules}: EngineReport): LogflowError | undefined {
  const [first] = failing
  if (first === undefined) return undefined
  const {error, rule, reason} = first
  const code = error instanceof LogflowError && CODES[error.code] === 3 ? error.code : 'BACKEND_REFUSED'
  const many = `${formatCount(failing.length)} of ${plural(rules, 'rule')}`
  return new LogflowError(code, `${many} could not be evaluated; ${rule}: ${reason}`, {
    cause: error,
    suggestions: ['logflow alerts list --failing  to see them all'],
  })
}
