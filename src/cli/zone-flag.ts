import {Flags} from '@oclif/core'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {isZone, LOCAL, type Zone, zoneOf} from '../lib/record/zone.js'

/** For commands that read and show times. */
export const zoneFlag = Flags.string({
  description: 'Zone that times are read and shown in, such as Europe/Berlin or UTC; unless given that of this machine',
  helpValue: 'ZONE',
})

/** The zone a flag names; without one that of this machine. */
export function toZone(name: string | undefined): Zone {
  return name === undefined ? LOCAL : zoneOf(checkedZone(name))
}

/** An IANA zone or an offset such as +02:00. */
export function checkedZone(zone: string): string {
  if (isZone(zone)) return zone
  throw new LogflowError('USAGE', `${JSON.stringify(zone)} is no time zone`, {
    suggestions: ['Use a name such as Europe/Berlin, UTC, or an offset such as +02:00'],
  })
}
