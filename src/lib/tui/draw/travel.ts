import {formatCount} from '../../output/numbers.js'
import type {State} from '../state.js'
import type {Travel} from '../travel.js'
import {momentText} from './figures.js'
import type {Part, Pen} from './pen.js'

/** When one is and how fast it goes, and how much has arrived meanwhile. */
export function travelParts({aside, zone}: State, {at, speed, playing, since}: Travel, pen: Pen): Part[] {
  const {palette, ascii, now} = pen
  const time = new Date(at).toISOString()
  const sign = playing ? (ascii ? '>' : '▶') : ascii ? '||' : '‖'
  const arrived = (aside?.live.all.end ?? since) - since
  const speedText = ascii ? `- ${speed}x` : `· ${speed}×`
  return [
    [`${sign} at ${momentText(time, now, zone)} ${speedText}`, palette.warn],
    [arrived > 0 ? `  ${formatCount(arrived)} new at now` : '', palette.dim],
  ]
}
