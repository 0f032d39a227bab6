import {join} from 'node:path'
import {Flags} from '@oclif/core'
import {openApp} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {followFiles} from '../lib/flows/follow-files.js'
import {Interrupted, keepTrying} from '../lib/flows/patience.js'
import {patientCheckpoints, patientTable} from '../lib/flows/patient-sources.js'
import {outcomeError} from '../lib/flows/run-outcome.js'
import type {ShipFilesReport} from '../lib/flows/ship-files.js'
import {openCheckpoints} from '../lib/sources/checkpoints/open-checkpoints.js'
import type {Follow} from '../lib/sources/follow/open-follow.js'
import {openFollowed, pipesAmong} from '../lib/sources/follow/with-pipes.js'
import {openSourceTable} from '../lib/sources/source-table.js'
import {checkpointsFolder} from './checkpoints-folder.js'
import type {Context} from './context.js'
import {showFollowNotice} from './follow-notices.js'
import {envelopeOf, type InputFlags, namedInputs} from './open-inputs.js'
import {openCommandSignals} from './own-signals.js'
import {showProcessNotice} from './process-notices.js'
import type {RunReceipt} from './run-receipt.js'
import {ShipAccount} from './ship-account.js'
import {showReceipt} from './ship-talk.js'

export const followFlags = {
  follow: Flags.boolean({
    char: 'f',
    description: 'Go on with lines as they come, through rotation, and with files that come later; Ctrl-C ends',
    exclusive: ['dry-run'],
  }),
  'from-start': Flags.boolean({
    description: 'Follow files that no checkpoint is known of from their start: the default',
    dependsOn: ['follow'],
    exclusive: ['from-end'],
  }),
  'from-end': Flags.boolean({
    description: 'Follow files that no checkpoint is known of from their end; those that come later from their start',
    dependsOn: ['follow'],
  }),
  wait: Flags.boolean({
    description: 'Wait for files that another process follows, instead of failing',
    dependsOn: ['follow'],
  }),
}

interface FollowFlags extends InputFlags {
  'from-end'?: boolean
  wait?: boolean
  key?: string
  'no-process'?: boolean
  'no-wait'?: boolean
}

/** `ship --follow`, from its flags to its last line. */
export async function shipFollowed(
  context: Context,
  args: string[] | undefined,
  flags: FollowFlags,
  receipt: RunReceipt,
): Promise<void> {
  const {config, talk} = context
  const cwd = process.cwd()
  const {pipes, files} = await pipesAmong(namedInputs(args), cwd)
  if (flags['source-id'] !== undefined && files.length > 0)
    throw new LogflowError('USAGE', '--source-id with --follow takes stdin alone: a followed file may become another', {
      suggestions: ['Leave --source-id out: files keep their ids through rotation'],
    })
  const envelope = envelopeOf(context, flags)
  const now = () => new Date()
  let follow: Follow | undefined
  const multiline = flags.multiline === false ? 'off' : 'auto'
  const account = new ShipAccount(receipt, {sources: () => follow, problems: [], multiline})
  await using app = openApp(config, talk.detail, talk.warn)
  await using own = await openCommandSignals(app, context, receipt.facts.version)
  const onNotice = showProcessNotice(talk)
  const patience = flags['no-wait'] ? undefined : {signal: context.signal, onNotice}
  const stores = config.bus === 'embedded' && !flags['no-process']
  const table = openSourceTable(join(config.dataDir, 'sources.db'))
  const checkpoints = await openCheckpoints(checkpointsFolder(config), {
    now,
    keepAgeMs: config.limits.checkpointKeepAge,
    onProblem: ({message}) => talk.warn(`warning: ${message}`),
  })
  let report: ShipFilesReport
  try {
    await account.begin()
    report = await followFiles({
      ledger: account.ledger,
      openSources: (signal) => {
        follow = openFollowed({
          files,
          pipes,
          cwd,
          exclude: config.dataDir,
          envelope,
          table: patientTable(table, patience),
          checkpoints: patientCheckpoints(checkpoints, patience),
          sourceId: flags['source-id'],
          multiline,
          force: flags.force,
          fromEnd: flags['from-end'] === true,
          wait: flags.wait === true,
          stdin: process.stdin,
          random: Math.random,
          now,
          signal,
          onNotice: showFollowNotice(talk),
        })
        return follow
      },
      bus: await keepTrying('bus', app.bus, patience),
      topic: config.topic,
      key: flags.key,
      group: config.group,
      store: stores ? await keepTrying('store', app.store, patience) : undefined,
      patient: patience !== undefined,
      signal: context.signal,
      now,
      onNotice,
      signals: own?.signals,
    })
  } catch (error) {
    if (error instanceof Interrupted) talk.note('interrupted: nothing was shipped')
    await account.fail(error, context.signal.aborted)
    throw error
  } finally {
    await checkpoints.close()
    table.close()
  }
  // That it was ended by a signal is how following ends.
  await showReceipt(context, await account.end(false, report), report)
  const error = report.processed && outcomeError(report.processed, config.topic)
  if (error) throw error
}
