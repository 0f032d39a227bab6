import {figuresOf, NOTHING, type PeriodFigures, periodFigures} from './figures.js'
import type {Measurement} from './measurement.js'
import {type Stretch, seriesOf} from './series.js'
import type {HostLine} from './service.js'

/** What the records tell of the system they come from; `metrics system` adds the state of the pipeline. */
export interface SystemFigures extends PeriodFigures {
  services_count: number
  hosts_count: number
  /** Those with the most records; `null` are the records without a host. */
  hosts: Array<HostLine & {last: string}>
  series: Stretch[]
}

/** @param options how many hosts are told */
export function systemFigures(options: {hosts: number}): Measurement<SystemFigures> {
  return {
    questions: ({filter, every}) => [
      {...filter, times: true},
      {...filter, by: 'host'},
      {...filter, by: 'host', top: options.hosts, times: true},
      {...filter, by: 'service'},
      {...filter, every},
    ],
    result([whole = [], hosts = [], top = [], services = [], series = []], {period, every}) {
      const all = whole[0] ?? NOTHING
      return {
        ...periodFigures(all, {period, every}),
        services_count: services.filter(({key}) => key !== undefined).length,
        hosts_count: hosts.filter(({key}) => key !== undefined).length,
        hosts: top.map((group) => ({host: group.key ?? null, ...figuresOf(group), last: group.last ?? ''})),
        series: seriesOf(series, period, every),
      }
    },
  }
}
