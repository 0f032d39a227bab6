import type {Config} from '../lib/config/config.js'
import {LogflowError} from '../lib/errors/logflow-error.js'

/** Refuses what works on a bus and a store of its own, while the configuration names those of a server. */
export function refuseOverServer(config: Config, command: string): void {
  if (config.bus !== 'remote' && config.store !== 'remote') return
  const {profile} = config.files
  const named = profile === undefined ? 'the configuration' : `profile ${profile}`
  throw new LogflowError('NOT_SUPPORTED', `${command} runs where the server runs: ${named} names ${config.server?.url}`, {
    suggestions: [
      `logflow ${command} --bus embedded --store embedded  to work on this machine instead`,
      'logflow auth logout  to leave the server for good',
    ],
  })
}
