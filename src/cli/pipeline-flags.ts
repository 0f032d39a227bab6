import {Flags} from '@oclif/core'
import {busFlags, storeFlags} from './global-flags.js'

/** Flags of commands that move logs from the bus to the store. */
export const pipelineFlags = {
  topic: Flags.string({description: 'Topic on the bus', helpValue: 'NAME'}),
  group: Flags.string({description: 'Consumer group that processes the topic', helpValue: 'NAME'}),
  ...busFlags,
  ...storeFlags,
}

export const receiptFlag = Flags.string({
  description: 'Write what the run did into this file, as JSON, for logflow verify; another receipt in it is replaced',
  helpValue: 'FILE',
})

/** For the commands that wait for a bus or a store that is away. */
export const noWaitFlag = Flags.boolean({
  description: 'Fail at once when the bus or the store is away or full, instead of waiting for it',
})
