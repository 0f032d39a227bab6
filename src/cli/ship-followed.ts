import {join} from 'node:path'
import {Flags} from '@oclif/core'
import {openApp} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {followFiles} from '../lib/flows/follow-files.js'
import {keepTrying} from '../lib/flows/patience.js'
import {outcomeError} from '../lib/flows/run-outcome.js'
import type {ShipFilesReport} from '../lib/flows/ship-files.js'
import {shipSummary, storedSummary} from '../lib/output/ship-summary.js'
import {openCheckpoints} from '../lib/sources/checkpoints/open-checkpoints.js'
import {openFollowed, pipesAmong} from '../lib/sources/follow/with-pipes.js'
import {openSourceTable} from '../lib/sources/source-table.js'
import type {Context} from './context.js'
import {showFollowNotice} from './follow-notices.js'
import {envelopeOf, type InputFlags, namedInputs} from './open-inputs.js'
import {showProcessNotice} from './process-notices.js'
import {showResultIfAsked} from './show-result.js'

const KEEP_AGE_MS = 30 * 86_400_000

export const followFlags = {
  follow: Flags.boolean({
    char: 'f',
    description: 'Go on with lines as they come, through rotation, and with files that come later; Ctrl-C ends',
    exclusive: ['dry-run', 'receipt'],
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
export async function shipFollowed(context: Context, args: string[] | undefined, flags: FollowFlags): Promise<void> {
  const {config, talk} = context
  const cwd = process.cwd()
  const {pipes, files} = await pipesAmong(namedInputs(args), cwd)
  if (flags['source-id'] !== undefined && files.length > 0)
    throw new LogflowError('USAGE', '--source-id with --follow takes stdin alone: a followed file may become another', {
      suggestions: ['Leave --source-id out: files keep their ids through rotation'],
    })
  const envelope = envelopeOf(context, flags)
  const now = () => new Date()
  const started = performance.now()
  await using app = openApp(config, talk.detail, talk.warn)
  const onNotice = showProcessNotice(talk)
  const patience = flags['no-wait'] ? undefined : {signal: context.signal, onNotice}
  const bus = await keepTrying('bus', app.bus, patience)
  const stores = config.bus === 'embedded' && !flags['no-process']
  const table = openSourceTable(join(config.dataDir, 'sources.db'))
  const checkpoints = await openCheckpoints(join(config.dataDir, 'checkpoints'), {
    now,
    keepAgeMs: KEEP_AGE_MS,
    onProblem: ({message}) => talk.warn(`warning: ${message}`),
  })
  try {
    const report = await followFiles({
      openSources: (signal) =>
        openFollowed({
          files,
          pipes,
          cwd,
          exclude: config.dataDir,
          envelope,
          table,
          checkpoints,
          sourceId: flags['source-id'],
          multiline: flags.multiline === false ? 'off' : 'auto',
          force: flags.force,
          fromEnd: flags['from-end'] === true,
          wait: flags.wait === true,
          stdin: process.stdin,
          random: Math.random,
          now,
          signal,
          onNotice: showFollowNotice(talk),
        }),
      bus,
      topic: config.topic,
      key: flags.key,
      group: config.group,
      store: stores ? await keepTrying('store', app.store, patience) : undefined,
      patient: patience !== undefined,
      signal: context.signal,
      now,
      onNotice,
    })
    await showFollowed(context, report, performance.now() - started)
    const error = report.processed && outcomeError(report.processed, config.topic)
    if (error) throw error
  } finally {
    await checkpoints.close()
    table.close()
  }
}

async function showFollowed(context: Context, report: ShipFilesReport, ms: number): Promise<void> {
  const {talk, config} = context
  const {progress, shipped, processed, files, problems} = report
  talk.note(shipSummary(progress, ms))
  if (processed) talk.note(storedSummary(processed))
  await showResultIfAsked(context, {
    topic: config.topic,
    seconds: ms / 1_000,
    lines: progress.lines,
    records: shipped.units,
    joined: progress.joined,
    blank: progress.blank,
    bytes: progress.bytes,
    positions: Object.fromEntries(shipped.positions),
    ...(processed ? {processed} : {}),
    files,
    problems: problems.map(({path, error}) => ({path, code: error.code, reason: error.message})),
  })
}
