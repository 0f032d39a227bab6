import {spawn} from 'node:child_process'
import type {Config} from '../lib/config/config.js'
import {emptyReport, type ProcessReport} from '../lib/flows/process-units.js'
import type {ProcessorBeside} from '../lib/flows/ship-files.js'

/**
 * Starts `logflow process` beside this process, on the same embedded bus and store. It ends when its stdin does,
 * so that it never outlives us, however we end.
 */
export function startProcessorBeside({dataDir, topic, group, files}: Config): ProcessorBeside {
  const config = files.exists ? ['--config', files.path] : []
  const args = ['process', '--while-stdin', '--json', '--quiet', '--bus', 'embedded', '--store', 'embedded']
  const where = ['--data-dir', dataDir, '--topic', topic, '--group', group, ...config]
  const child = spawn(process.execPath, [process.argv[1] as string, ...args, ...where], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // Ctrl-C reaches us alone; we end it in order.
    detached: true,
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve())
    child.on('close', () => resolve())
  })
  child.stdin.on('error', () => undefined)
  return {
    async stop() {
      child.stdin.end()
      await ended
      return readReport(out)
    },
  }
}

function readReport(text: string): ProcessReport {
  try {
    return {...emptyReport(), ...(JSON.parse(text) as ProcessReport)}
  } catch {
    return emptyReport()
  }
}
