import {Flags} from '@oclif/core'
import {busFlags, storeFlags} from './global-flags.js'

/** Flags of commands that move logs from the bus to the store. */
export const pipelineFlags = {
  topic: Flags.string({description: 'Topic on the bus', helpValue: 'NAME'}),
  group: Flags.string({description: 'Consumer group that processes the topic', helpValue: 'NAME'}),
  ...busFlags,
  ...storeFlags,
}
