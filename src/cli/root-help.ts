import {wrapTo} from '../lib/output/text-width.js'
import {JOBS} from './jobs.js'
import type {Manifest} from './manifest.js'
import {TOPICS} from './registry.js'

const FIRST_STEPS = [
  ['logflow demo', 'an incident from its alert to its cause, in a folder of its own, in under a minute'],
  ['logflow ship app.log', 'its records can be searched at once; nothing else has to be installed'],
  ["logflow search 'level>=warn' --since 1h", 'what went wrong, oldest first'],
  ['logflow COMMAND --help', 'every flag, and examples that run'],
  ['logflow completion', 'completes commands, flags, services and more in your shell'],
] as const

/** What `logflow --help` says: every command and topic under the job it is for. */
export function rootText(
  {name, version, description}: {name: string; version: string; description: string},
  manifest: Manifest,
  width: number,
): string {
  const column = Math.max(...JOBS.flatMap(({names}) => names.map((one) => one.length))) + 2
  const jobs = JOBS.map(({job, names}) => {
    const rows = names.flatMap((one) => {
      const about = summaryOf(one, manifest)
      return about === undefined ? [] : [row(one, about, column, width)]
    })
    return rows.length === 0 ? [] : [job.toUpperCase(), ...rows, '']
  })
  const steps = FIRST_STEPS.map(([command, what]) => `  $ ${command}\n      ${what}`)
  return [
    ...wrapTo(description, width),
    '',
    'USAGE',
    `  $ ${name} COMMAND [FLAGS]          (${name} ${version})`,
    '',
    ...jobs.flat(),
    'FIRST STEPS',
    ...steps,
    '',
    'MORE',
    `  $ man ${name}`,
    '      and in docs/ of the package a page for each job: ship, find, follow, alert, ci …',
    '',
  ].join('\n')
}

function summaryOf(name: string, manifest: Manifest): string | undefined {
  if (name === 'help') return 'Show this, or what a command takes'
  const command = manifest.commands[name]
  return command?.hidden ? undefined : (command?.summary ?? TOPICS[name]?.description)
}

function row(name: string, about: string, column: number, width: number): string {
  const lines = wrapTo(about, Math.max(20, width - column - 2))
  const [first = '', ...more] = lines
  return [`  ${name.padEnd(column)}${first}`, ...more.map((line) => `  ${''.padEnd(column)}${line}`)].join('\n')
}
