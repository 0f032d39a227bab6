import {hostname} from 'node:os'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {firstFailure, inputName, type Problem} from '../lib/sources/input.js'
import {type OpenSourcesOptions, openSources, type Sources} from '../lib/sources/open-sources.js'
import {resolveInputs} from '../lib/sources/resolve-inputs.js'
import type {Context} from './context.js'
import {checkedZone} from './zone-flag.js'

export interface InputFlags {
  service?: string
  format?: string
  timezone?: string
  field?: string[]
  'source-id'?: string
  multiline?: boolean
  force?: boolean
}

/** The sources that a command's arguments and flags name; stdin when none is named and it is no terminal. */
export async function openInputs(
  context: Context,
  args: string[] | undefined,
  flags: InputFlags,
  more: Pick<OpenSourcesOptions, 'table'> = {},
): Promise<{sources: Sources; problems: Problem[]}> {
  const {dataDir: exclude} = context.config
  const {inputs, problems} = await resolveInputs(namedInputs(args), {cwd: process.cwd(), exclude, force: flags.force})
  const sources = openSources({
    inputs,
    envelope: envelopeOf(context, flags),
    sourceId: flags['source-id'],
    multiline: flags.multiline === false ? 'off' : 'auto',
    force: flags.force,
    stdin: process.stdin,
    now: () => new Date(),
    random: Math.random,
    signal: context.signal,
    ...more,
  })
  if (inputs.some((input) => input.kind === 'stdin') && process.stdin.isTTY)
    context.talk.note(`reading from the terminal (${inputName({kind: 'stdin'})}); Ctrl-D ends`)
  return {sources, problems}
}

/** What the arguments name; stdin when there are none and it is no terminal. */
export function namedInputs(args: string[] | undefined): string[] {
  const named = args?.length ? args : process.stdin.isTTY ? [] : ['-']
  if (named.length === 0)
    throw new LogflowError('USAGE', 'no file was named', {
      suggestions: ['Name files, folders or patterns, or - for stdin'],
    })
  // An empty name would mean the folder we are in, and comes from a variable that is not set.
  if (named.includes('')) throw new LogflowError('USAGE', 'the name of a file is empty')
  return named
}

/** What the flags say of every record. */
export function envelopeOf({config}: Context, flags: InputFlags): OpenSourcesOptions['envelope'] {
  const {environment} = config
  return {
    host: hostname(),
    timezone: checkedZone(flags.timezone ?? localZone()),
    ...(flags.service === undefined ? {} : {service: flags.service}),
    ...(environment === undefined ? {} : {environment}),
    ...(flags.format === undefined ? {} : {format: flags.format}),
    ...(flags.field === undefined ? {} : {fields: toFields(flags.field)}),
  }
}

/** Says what was left out. One alone is told by the error that the command ends with. */
export function tellSkipped({talk}: Context, problems: readonly Problem[]): void {
  if (problems.length === 1 && firstFailure(problems)) return
  for (const {error} of problems) talk.note(`skipped: ${error.message}`)
}

/** `--field k=v` as fields of the envelope. */
function toFields(pairs: string[]): Record<string, string> {
  const fields = pairs.map((pair) => {
    const at = pair.indexOf('=')
    if (at < 1) throw new LogflowError('USAGE', `--field takes name=value, not ${JSON.stringify(pair)}`)
    return [pair.slice(0, at), pair.slice(at + 1)] as const
  })
  return Object.fromEntries(fields)
}

function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
}
