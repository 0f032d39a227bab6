import type {Notice} from './notice.js'

/**
 * Two notices that differ in everything a notice may have or lack: what a template makes of both, it makes of all. The
 * first holds what is awkward in every format.
 */
export function sampleNotices(): Notice[] {
  const awkward = 'a "quoted" \\ <b>&amp;</b>\n\ttext'
  const at = '2026-01-01T00:00:00.000Z'
  const rule = {id: 'rule', name: awkward, description: awkward, severity: 'critical' as const}
  const notice = {condition: awkward, created_at: at, test: true, more: 0}
  return [
    {
      ...notice,
      id: 'notice-1',
      rule: {...rule, labels: {team: awkward}, runbook: 'https://example.com/'},
      alerts: [
        {
          id: 'alert-1',
          event: 'opened',
          group: {service: awkward, host: null},
          value: 1.5,
          detail: {example: awkward, matching: 2},
          opened_at: at,
          command: awkward,
          samples: [awkward],
        },
      ],
    },
    {
      ...notice,
      id: 'notice-2',
      rule: {...rule, labels: {}},
      alerts: [{id: 'alert-2', event: 'resolved', group: {}, opened_at: at, resolved_at: at, command: '', samples: []}],
    },
  ]
}
