// What can be typed behind a colon. A command more is an entry more in COMMANDS.

import {nearMatch} from '../../config/near-match.js'
import {applyFilter, problemOf} from '../filter.js'
import {openHelp} from '../help.js'
import {type Next, only} from '../message.js'
import {SPEEDS} from '../playing.js'
import {completeQuery} from '../prompt/complete-query.js'
import {completeTime} from '../prompt/complete-time.js'
import {type Candidate, type Completion, goingOn} from '../prompt/completion.js'
import {seenValues} from '../prompt/seen-values.js'
import {refused} from '../refused.js'
import {saveShown} from '../save-shown.js'
import type {State} from '../state.js'
import {atSpeed, backToNow, goTo, startPlaying, travelOf} from '../travel.js'
import {noted, refiltered} from '../view.js'
import {openAlerts} from './alerts.js'
import {openDeadLetters} from './dead-letters.js'
import {openHealth} from './health.js'
import {openPatterns} from './patterns.js'
import {openServices} from './services.js'

/** What begins like a moment and like no command. */
const MOMENT = /^([-@]?\d|yesterday\b|today\b|now\b.)/i

interface Command {
  name: string
  /** What follows it, in capitals; in brackets where it may be left out. */
  takes?: string
  what: string
  /** What is wrong with what follows, as it is typed. */
  check?(rest: string): string | undefined
  complete?(rest: string, state: State): Completion
  /** Stays at the prompt until an answer comes, which leaves it. */
  waits?: true
  /** From the stream. Where it cannot, it says so by `refused`. */
  run(state: State, rest: string): Next
}

const COMMANDS: readonly Command[] = [
  {
    name: 'filter',
    takes: '[QUERY]',
    what: 'show only what matches; without a query all',
    check: problemOf,
    complete: (rest, {all}) => completeQuery(rest, all),
    run: (state, rest) => only(applyFilter(state, rest)),
  },
  {
    name: 'mute',
    takes: 'SERVICE',
    what: 'do not show a service',
    complete: (rest, {all, muted}) => ofWords(rest, without(seenValues(all, 'service'), muted)),
    run: (state, rest) => {
      const muted = [...without(state.muted, [rest]), rest]
      return only(noted(refiltered(state, {muted}), `${rest} is muted; :unmute shows all again`))
    },
  },
  {
    name: 'unmute',
    takes: '[SERVICE]',
    what: 'show a muted service again, or all',
    complete: (rest, {muted}) => ofWords(rest, muted),
    run: (state, rest) => {
      if (rest !== '' && !state.muted.includes(rest)) return only(refused(state, `${rest} is not muted`))
      return only(
        refiltered(state, rest === '' ? {muted: [], mutedPatterns: []} : {muted: without(state.muted, [rest])}),
      )
    },
  },
  {
    name: 'goto',
    takes: 'TIME',
    what: 'stored records around a moment; a time alone does, too: :09:41, :-15m',
    waits: true,
    complete: completeTime,
    run: goTo,
  },
  {
    name: 'play',
    takes: '[SPEED]',
    what: 'play from there, at 1x, 10x or 100x',
    complete: (rest) =>
      ofWords(
        rest,
        SPEEDS.map((speed) => `${speed}x`),
      ),
    run: playAt,
  },
  {name: 'now', what: 'back to what arrives', run: (state) => only(backToNow(state))},
  {name: 'save', takes: 'FILE', what: 'save what is shown, as JSON lines', run: saveShown},
  {
    name: 'trace',
    takes: 'ID',
    what: 'the trace of an id, or of its beginning',
    complete: (rest, {all}) => ofWords(rest, seenValues(all, 'trace_id')),
    run: (state, rest) => ({
      state: noted({...state, following: false}, 'looking for the trace …'),
      effects: [{kind: 'trace', id: rest}],
    }),
  },
  {name: 'alerts', what: 'alerts that are open', run: openAlerts},
  {name: 'dead-letters', what: 'what could not be stored', run: openDeadLetters},
  {name: 'health', what: 'how the pipeline is', run: (state) => only(openHealth(state))},
  {name: 'patterns', what: 'kinds of messages', run: (state) => only(openPatterns(state))},
  {name: 'services', what: 'services, and their errors', run: (state) => only(openServices(state))},
  {name: 'wrap', what: 'fold long messages, or show them whole', run: (state) => only({...state, wrap: !state.wrap})},
  {name: 'help', what: 'the keys', run: (state) => only(openHelp(state))},
  {name: 'quit', what: 'leave', run: (state) => ({state, effects: [{kind: 'quit'}]})},
]

/** A line for each command, for help. */
export const COMMAND_HELP: readonly string[] = COMMANDS.map(
  ({name, takes, what}) => `${`:${name} ${takes ?? ''}`.padEnd(17)}${what}`,
)

/** Does what was typed, from the stream; what cannot be done is said at the prompt. */
export function runCommand(state: State, text: string): Next {
  const back: State = {...state, mode: {kind: 'stream'}}
  const line = text.trim()
  if (line === '') return only(back)
  const {name, rest} = cut(line)
  const command = commandOf(name)
  if (!command && MOMENT.test(line)) return goTo(state, line)
  if (!command) return only(refused(state, unknown(name)))
  const problem = misfit(command, rest) ?? command.check?.(rest)
  if (problem !== undefined) return only(refused(state, problem))
  const next = command.run(command.waits ? state : back, rest)
  // What a command refuses is mended where it was typed.
  return next.state.note?.bad ? only(refused(state, next.state.note.text)) : next
}

/** What is wrong so far: only with what follows a command's name. */
export function checkCommand(text: string): string | undefined {
  const {name, rest} = cut(text.trimStart())
  return rest === '' ? undefined : commandOf(name)?.check?.(rest)
}

export function completeCommand(text: string, state: State): Completion {
  const [whole, name = ''] = /^\s*([a-z]+)\s+/.exec(text) ?? []
  if (whole === undefined) {
    const names = COMMANDS.map(({name: value, takes}) => ({value: takes ? `${value} ` : value, label: value}))
    return {before: '', candidates: goingOn(names, text.trimStart())}
  }
  const completion = commandOf(name)?.complete?.(text.slice(whole.length), state)
  return completion ? {...completion, before: whole + completion.before} : {before: text, candidates: []}
}

/** By its name, or as much of it as no other begins with: `:q`. */
function commandOf(name: string): Command | undefined {
  const exact = COMMANDS.find((one) => one.name === name)
  const begun = COMMANDS.filter((one) => one.name.startsWith(name))
  return exact ?? (begun.length === 1 ? begun[0] : undefined)
}

function cut(line: string): {name: string; rest: string} {
  const [, name = '', rest = ''] = /^(\S*)\s*(.*)$/su.exec(line) ?? []
  return {name, rest: rest.trim()}
}

function misfit({name, takes}: Command, rest: string): string | undefined {
  if (takes === undefined) return rest === '' ? undefined : `:${name} takes nothing behind it`
  return rest === '' && !takes.startsWith('[') ? `:${name} takes a ${takes}` : undefined
}

function playAt(state: State, rest: string): Next {
  if (!travelOf(state)) return only(refused(state, 'there is nothing to play at now; :goto TIME first'))
  const speed = SPEEDS.find((one) => [`${one}`, `${one}x`, `${one}×`].includes(rest.toLowerCase()))
  if (rest !== '' && speed === undefined) return only(refused(state, 'it plays at 1x, 10x or 100x'))
  return startPlaying(speed === undefined ? state : atSpeed(state, speed))
}

function unknown(name: string): string {
  const names = COMMANDS.map((one) => one.name)
  const several = names.filter((one) => one.startsWith(name))
  if (several.length > 1) return `:${name} may be ${several.map((one) => `:${one}`).join(' or ')}`
  const near = nearMatch(name, names)
  return `no command :${name}; ${near ? `did you mean :${near}?` : ':help shows what there is'}`
}

function ofWords(rest: string, words: readonly string[]): Completion {
  const candidates: Candidate[] = words.slice(0, 100).map((value) => ({value}))
  return {before: '', candidates: goingOn(candidates, rest)}
}

function without(words: readonly string[], others: readonly string[]): string[] {
  return words.filter((word) => !others.includes(word))
}
