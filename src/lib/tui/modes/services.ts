// Services and how many of their records are errors, one of them chosen.

import {serviceCommand} from '../as-command.js'
import {byService, type ServiceCount} from '../counts.js'
import {applyFilter} from '../filter.js'
import {only} from '../message.js'
import {inPlace} from '../place.js'
import type {State} from '../state.js'
import {noted, refiltered} from '../view.js'
import {wordOf} from './list-keys.js'
import {chosenBy, placeOf} from './list-place.js'
import type {ModeKeys} from './mode.js'

export interface ServicesMode {
  kind: 'services'
  /** Name of the one that is chosen; the first one without. */
  chosen?: string
}

const nameOf = ({name}: ServiceCount) => name

export const services: ModeKeys<ServicesMode> = {
  onKey(state, mode, key) {
    const list = byService(state.counts)
    const service = chosenService(state, mode)
    const moved = chosenBy(list, nameOf, {chosen: mode.chosen, page: state.size.rows - 4, key})
    if (moved !== undefined) return only({...state, mode: {kind: 'services', chosen: moved}})
    switch (wordOf(key)) {
      case 'return':
        return only(service === undefined ? state : applyFilter(state, filteredBy(state.filter.text, service)))
      case 'm':
        return only(service === undefined ? state : mutedOrNot(state, service))
      case 'M':
        return only(noted(refiltered(state, {muted: []}), 'no service is muted'))
      case 'y':
        if (service === undefined) return only(state)
        return {state, effects: [{kind: 'copy', text: inPlace(state.place, serviceCommand(service))}]}
      case 'escape':
      case 'q':
        return only({...state, mode: {kind: 'stream'}})
      default:
        return only(state)
    }
  },
  hints: () => 'j k choose  Enter only it  m mute  M show all  y copy  Esc back',
  help: ['in services      Enter shows only its records, m mutes it or not, M shows all, y copies a command'],
}

export function openServices(state: State): State {
  return {...state, mode: {kind: 'services'}}
}

/** Name of the one that is chosen; undefined where there is none. */
export function chosenService(state: State, {chosen}: ServicesMode): string | undefined {
  const list = byService(state.counts)
  return list[placeOf(list, nameOf, chosen)]?.name
}

const LAST_SERVICE = /\s*\bservice:"(?:[^"\\]|\\.)*"$/

/** The filter with this service in it, in the place of one that was chosen before. */
function filteredBy(filter: string, service: string): string {
  const rest = filter.replace(LAST_SERVICE, '').trim()
  const wanted = `service:${JSON.stringify(service)}`
  if (rest === '') return wanted
  return `${/\bor\b/i.test(rest) && !/^\([^()]*\)$/.test(rest) ? `(${rest})` : rest} ${wanted}`
}

function mutedOrNot(state: State, service: string): State {
  const others = state.muted.filter((one) => one !== service)
  const isMuted = others.length < state.muted.length
  const changed = refiltered(state, {muted: isMuted ? others : [...others, service]})
  return noted(changed, isMuted ? `${service} is shown again` : `${service} is muted; m or M shows it again`)
}
