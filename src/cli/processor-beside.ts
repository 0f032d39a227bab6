import {spawn} from 'node:child_process'
import type {Config} from '../lib/config/config.js'
import {jittered, pause} from '../lib/flows/patience.js'
import {emptyReport, type ProcessReport, sumReports} from '../lib/flows/process-units.js'
import {type ProcessReceipt, reportOf} from '../lib/flows/receipt/receipt.js'
import type {ProcessorBeside} from '../lib/flows/ship-files.js'

/** Characters kept of what it says: its report on stdout, its error on stderr. */
const MOST_SAID = 10_000

/** Has glibc give back what DuckDB frees after each sealing: a tenth of the memory at its peak. */
const TIGHT_MEMORY = {MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '1000000'}

/** A child that died is started again after so long, longer each time, unless it had lived for a while. */
const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 10_000
const LIVED_MS = 30_000

interface Child {
  /** Asks for an end in order. */
  end(): void
  /** Its report or, where it did not come to its end, why. */
  readonly ended: Promise<{report?: ProcessReport; reason: string}>
}

/**
 * Keeps `logflow process` running beside this process, on the same embedded bus and store: where the store is another
 * one, it would take the units for itself. One that dies is started again: what it had stored stays stored, but
 * nobody knows how much that was.
 * @param binary what Node is to run
 */
export function startProcessorBeside(config: Config, binary = process.argv[1] as string): ProcessorBeside {
  const stopping = new AbortController()
  let report = emptyReport()
  let failure: string | undefined
  let child = startChild(config, binary)
  const kept = (async () => {
    for (let longest = FIRST_WAIT_MS; ; longest = Math.min(longest * 2, LONGEST_WAIT_MS)) {
      const started = performance.now()
      const end = await child.ended
      if (end.report) report = sumReports(report, end.report)
      else failure = end.reason
      if (performance.now() - started > LIVED_MS) longest = FIRST_WAIT_MS
      if (stopping.signal.aborted || !(await pause(jittered(longest, Math.random), stopping.signal))) return
      child = startChild(config, binary)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      child.end()
      await kept
      return failure === undefined ? {report} : {report, failure}
    },
  }
}

/** It ends when its stdin does, so that it never outlives us, however we end. */
function startChild({dataDir, topic, group, files}: Config, binary: string): Child {
  const config = files.exists ? ['--config', files.path] : []
  const args = ['process', '--while-stdin', '--json', '--quiet', '--bus', 'embedded', '--store', 'embedded']
  const where = ['--data-dir', dataDir, '--topic', topic, '--group', group, ...config]
  const child = spawn(process.execPath, [binary, ...args, ...where], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C reaches us alone; we end it in order.
    detached: true,
    env: {...process.env, ...TIGHT_MEMORY},
  })
  let out = ''
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (out.length < MOST_SAID) out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < MOST_SAID) said += text
  })
  child.stdin.on('error', () => undefined)
  return {
    end: () => child.stdin.end(),
    ended: new Promise((resolve) => {
      child.on('error', (error) => resolve({reason: error.message}))
      child.on('close', (status, signal) => {
        const reason = firstError(said) ?? signal ?? `exit status ${status}`
        resolve({report: readReport(out), reason})
      })
    }),
  }
}

/** Only a run that came to its end reports. */
function readReport(text: string): ProcessReport | undefined {
  try {
    return reportOf(JSON.parse(text) as ProcessReceipt)
  } catch {
    return undefined
  }
}

function firstError(said: string): string | undefined {
  return /^error: (.+)$/m.exec(said)?.[1]
}
