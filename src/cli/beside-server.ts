import type {Config} from '../lib/config/config.js'
import {LogflowError} from '../lib/errors/logflow-error.js'

/**
 * For commands that are, or feed, a server: refuses a configuration whose bus or store is another server's, and takes
 * that server out of it, so that accounts and all else are this machine's own.
 *
 * @param parts what the command works with
 */
export function keepToThisMachine(
  config: Config,
  command: string,
  parts: ReadonlyArray<'bus' | 'store'> = ['bus', 'store'],
): void {
  if (parts.some((part) => config[part] === 'remote')) {
    const {profile} = config.files
    const named = profile === undefined ? 'the configuration' : `profile ${profile}`
    throw new LogflowError(
      'NOT_SUPPORTED',
      `${command} runs where the server runs: ${named} names ${config.server?.url}`,
      {
        suggestions: [
          `logflow ${command} ${parts.map((part) => `--${part} embedded`).join(' ')}  to work on this machine instead`,
          'logflow auth logout  to leave the server for good',
        ],
      },
    )
  }
  delete config.server
}
