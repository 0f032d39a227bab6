import {LogflowError} from '../lib/errors/logflow-error.js'
import type {EngineNotice} from '../lib/flows/alerts/engine-notice.js'
import {formatCount, formatDuration, plural} from '../lib/output/numbers.js'
import type {OwnLog} from '../lib/telemetry/signals.js'
import type {Talk} from './context.js'

/** Tells a person what the alert engine meets: what is wrong always, what goes well only with --verbose. */
export function showEngineNotice(talk: Talk): (notice: EngineNotice) => void {
  return (notice) => {
    switch (notice.kind) {
      case 'standby':
        return talk.note(`another alert engine works on this database${holder(notice.holder)}; standing by`)
      case 'takes-over':
        return talk.note('the other alert engine has ended; this one goes on')
      case 'opened':
      case 'again':
      case 'resolved':
        return talk.detail(`${alertWords(notice)} at ${notice.at}${notice.silenced ? ', silenced' : ''}`)
      case 'rule-failing':
        return talk.warn(`rule ${notice.rule} could not be evaluated: ${notice.reason}`)
      case 'rule-recovered':
        return talk.note(`rule ${notice.rule} is evaluated again`)
      case 'missed':
        return talk.warn(
          `rule ${notice.rule}: ${plural(notice.evaluations, 'evaluation')} after ${notice.from}, up to ${notice.to}, were missed for too long and are not made`,
        )
      case 'set-back':
        return talk.warn(
          `rule ${notice.rule} was evaluated up to ${notice.from} by a clock that has been set back since; it goes on from ${notice.to}`,
        )
      case 'notice-sent':
        return talk.detail(`told over ${notice.channel}, notice ${notice.id}`)
      case 'notice-waiting':
        return talk.note(`${notice.channel}: ${notice.reason}; next try in ${formatDuration(notice.afterMs)}`)
      case 'notice-given-up':
        return talk.warn(`${notice.channel}: ${notice.reason}; notice ${notice.id} is given up`)
      case 'back':
        return talk.note(`the ${notice.what} is back after ${formatDuration(notice.afterMs)}`)
      case 'slow':
      case 'silent':
        return talk.note(`no sign of life for ${formatDuration(notice.forMs)}`)
      default:
        return talk.note(`${notice.reason}; waiting, next try in ${formatDuration(notice.afterMs)} (Ctrl-C ends)`)
    }
  }
}

function holder(name: string | undefined): string {
  return name === undefined ? '' : ` (${name})`
}

function alertWords({
  kind,
  rule,
  group,
  value,
}: Extract<EngineNotice, {kind: 'opened' | 'again' | 'resolved'}>): string {
  const groups = Object.entries(group).map(([name, of]) => `${name}=${of ?? 'none'}`)
  const words = [kind, rule, ...groups, ...(value === undefined ? [] : [`value ${formatCount(value)}`])]
  return words.join(' ')
}

/** Into the own log. */
export function logEngineNotice(log: OwnLog): (notice: EngineNotice) => void {
  return (notice) => {
    const {kind, ...fields} = notice
    const event = `alert_${kind === 'missed' ? 'evaluations_missed' : kind.replaceAll('-', '_')}`
    if (notice.kind === 'rule-failing') {
      const {rule, error} = notice
      return log.error(event, error, {rule, ...codeOf(error)})
    }
    if (notice.kind === 'missed' || notice.kind === 'notice-given-up')
      return log.error(event, new Error(notice.kind === 'missed' ? 'missed for too long' : notice.reason), fields)
    if (notice.kind === 'set-back') return log.error(event, new Error('the clock was set back'), fields)
    if (notice.kind === 'notice-sent') return log.debug(event, fields)
    log.info(event, fields)
  }
}

function codeOf(error: unknown): {reason_code?: string} {
  return error instanceof LogflowError ? {reason_code: error.code.toLowerCase()} : {}
}
