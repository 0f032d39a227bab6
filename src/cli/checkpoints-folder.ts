import {join} from 'node:path'
import {Flags} from '@oclif/core'
import type {Config} from '../lib/config/config.js'
import {busFlags, globalFlags} from './global-flags.js'

/** Where the checkpoints of a destination are kept: how far a file was sent to one topic says nothing of another. */
export function checkpointsFolder(config: Pick<Config, 'dataDir' | 'bus' | 'topic' | 'server'>): string {
  const {dataDir, bus, topic, server} = config
  const where = bus === 'remote' ? `${bus}-${encodeURIComponent(server?.url ?? '')}` : bus
  return join(dataDir, 'checkpoints', `${where}-${encodeURIComponent(topic)}`)
}

/** Flags of the commands that look at checkpoints. */
export const checkpointsFlags = {
  topic: Flags.string({description: 'Topic that the files were sent to', helpValue: 'NAME'}),
  ...busFlags,
  ...globalFlags,
}
