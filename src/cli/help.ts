import {Help} from '@oclif/core'
import {openOclif} from './oclif-config.js'
import type {Package} from './run.js'

/** Shows help on a command, a topic, or everything. */
export async function showHelp(subject: string | undefined, pack: Package): Promise<void> {
  const config = await openOclif(pack)
  const help = new Help(config, {flagSortOrder: 'none', hideCommandSummaryInDescription: true})
  await help.showHelp(subject === undefined ? [] : subject.split(':'))
}
