import {Flags} from '@oclif/core'
import type {Context} from './context.js'

/** Flags of commands that listen. */
export const serveFlags = {
  host: Flags.string({
    description: 'Address to listen on; 127.0.0.1 unless configured (api.host)',
    helpValue: 'ADDRESS',
  }),
  port: Flags.integer({
    description: 'Port to listen on, 0 for a free one; 8000 unless configured (api.port)',
    helpValue: 'PORT',
    min: 0,
    max: 65_535,
  }),
}

/** The same context with the address of the flags in the place of the configured one. */
export function withAddress(context: Context, {host, port}: {host?: string; port?: number}): Context {
  const {api} = context.config
  api.host = host ?? api.host
  api.port = port ?? api.port
  return context
}
