import {type Outage, passes, pause} from './patience.js'
import {emptyReport, type ProcessReport, takeBackUnfinished} from './process-units.js'

export interface BeginAgainOptions {
  /** Told of each failure; absent: the first failure ends the run. */
  outage: Outage | undefined
  signal: AbortSignal
}

/**
 * Does `attempt` until it comes to its end, each time with the same report: what one attempt has stored stays counted,
 * and what it had in hand is read again by the next. An interrupted wait is a normal end.
 */
export async function beginAgain(
  {outage, signal}: BeginAgainOptions,
  attempt: (report: ProcessReport) => Promise<void>,
): Promise<ProcessReport> {
  const report = emptyReport()
  for (;;) {
    try {
      await attempt(report)
      return report
    } catch (error) {
      if (!outage || !passes(error)) throw error
      takeBackUnfinished(report)
      if (signal.aborted || !(await pause(outage.failed(error), signal))) return report
    }
  }
}
