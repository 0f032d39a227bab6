// Alert rules, what they triggered, and silences as JSON Schema: they check requests and stand in the OpenAPI document.
// Here is told which fields there are and of what type; what a rule may say is checked by the alerts room (BAD_RULE),
// which names the field and what to write instead.

import {ALERT_STATES, HISTORY_EVENTS} from '../alerts/alerts.js'
import {CHANNELS, CONDITIONS, MEASURES, SEVERITIES} from '../alerts/rule.js'
import {MAX_QUERY} from '../query/parse-query.js'

const text = {type: 'string'} as const
const time = {type: 'string', format: 'date-time', examples: ['2026-11-21T10:00:00.000Z']} as const
const uuid = {type: 'string', format: 'uuid'} as const
const count = {type: 'integer', minimum: 0} as const
const duration = {type: 'string', maxLength: 50, examples: ['5m']} as const
const group = {
  type: 'object',
  additionalProperties: {type: ['string', 'null']},
  description: 'Field of group_by and its value; null where the records have none',
  examples: [{service: 'payment'}],
} as const
const labels = {
  type: 'object',
  maxProperties: 100,
  additionalProperties: {type: 'string', maxLength: 2_000},
  examples: [{team: 'checkout'}],
} as const

/** Of a rule's name or id, and of a note: longer ones mean nothing. */
const MOST_NAME = 1_000
const MOST_NOTE = 2_000
const MOST_ITEMS = 1_000

/** What people write: every field of `WrittenRule`. */
const WRITTEN = {
  name: {type: 'string', maxLength: MOST_NAME, description: 'Unique without regard to case', examples: ['error burst']},
  description: {type: 'string', maxLength: 10_000},
  query: {
    type: 'string',
    maxLength: MAX_QUERY,
    description: 'Words, "phrases", field:value, AND OR NOT ( ); the same as of `logflow search`. Empty takes all',
    examples: ['"card declined"'],
  },
  levels: {type: 'array', maxItems: 10, items: {type: 'string', maxLength: 32}, examples: [['error', 'fatal']]},
  services: {type: 'array', maxItems: 100, items: {type: 'string', maxLength: 512}, examples: [['payment']]},
  measure: {
    enum: MEASURES,
    description:
      'What is measured in the window: matching records (count); those as a part, 0 to 1, of ratio_of (ratio); that there are none (no_data); their number as a multiple of that before (spike); those with a message of a new shape (new_pattern). count unless given',
  },
  ratio_of: {type: 'string', maxLength: MAX_QUERY, description: 'Of ratio: the whole, in the query language'},
  minimum: {type: 'number', description: 'Of ratio and spike: fewer records than that in the whole say nothing'},
  compare_with: {...duration, description: 'Of spike: how long the time before is'},
  direction: {enum: ['up', 'down', 'both'], description: 'Of spike'},
  baseline: {...duration, description: 'Of new_pattern: how long before the window shapes are known from'},
  condition: {enum: CONDITIONS},
  threshold: {type: 'number', examples: [50]},
  resolve_threshold: {type: 'number', description: 'An alert stays open until the condition no longer holds with it'},
  time_window: {type: ['number', 'string'], maxLength: 50, description: 'Minutes, or a duration', examples: [5, '90s']},
  group_by: {
    type: 'array',
    maxItems: 3,
    items: {type: 'string', maxLength: 512},
    description: 'One alert for each value',
    examples: [['service']],
  },
  for: {...duration, description: 'The condition must hold that long before the alert opens'},
  keep_open_for: {...duration, description: 'It stays open until the condition has not held that long'},
  every: {...duration, description: 'How far apart the evaluations are'},
  lateness: {...duration, description: 'How late a record may come and still be counted'},
  renotify: {...duration, description: 'Tell again while it is open and nobody has acknowledged it; 0s: never'},
  notify_resolved: {type: 'boolean', description: 'Tell, too, when it is resolved'},
  severity: {enum: SEVERITIES},
  labels,
  runbook: {type: 'string', maxLength: 2_000, description: 'A URL: what to do when it fires'},
  notification_channel: {enum: CHANNELS},
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: that is what is to be written
  notification_config: {
    type: 'object',
    maxProperties: 50,
    additionalProperties: true,
    description:
      'What the channel needs. Secrets come back as ***, which, sent again, stands for the one that is kept. A value ${LOGFLOW_ALERT_…} is that variable of the environment of the engine',
    examples: [{url: 'https://hooks.example.com/logflow', secret: '${LOGFLOW_ALERT_SECRET}'}],
  },
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: that is what is to be written
  is_active: {type: 'boolean'},
} as const

const EXAMPLE_RULE = {
  name: 'error burst',
  query: '"card declined"',
  levels: ['error', 'fatal'],
  condition: 'greater_than',
  threshold: 50,
  time_window: 5,
  group_by: ['service'],
  severity: 'critical',
} as const

export const WRITTEN_RULE = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: WRITTEN,
  examples: [EXAMPLE_RULE],
} as const

const STATISTICS = {
  type: 'object',
  required: ['health', 'triggered', 'open', 'notices_sent', 'notices_failed', 'notices_waiting'],
  additionalProperties: false,
  properties: {
    health: {
      enum: ['ok', 'failing', 'waiting'],
      description:
        'failing: the last evaluation could not be made, which is neither firing nor fine. waiting: none was',
    },
    last_checked_at: time,
    last_triggered_at: time,
    triggered: {...count, description: 'Alerts it has opened'},
    open: count,
    notices_sent: count,
    notices_failed: {...count, description: 'Given up'},
    notices_waiting: {...count, description: 'Still to be sent'},
    last_error: {...text, description: 'Why it fails'},
    failing_since: time,
  },
} as const

export const RULE = {
  type: 'object',
  required: ['id', 'version', 'name', 'created_at', 'updated_at', 'statistics'],
  additionalProperties: false,
  properties: {
    ...WRITTEN,
    id: uuid,
    version: {type: 'integer', minimum: 1, description: 'Raised by each change; for If-Match'},
    owner_id: {...text, description: 'Who made it; absent where it was made on the server’s own machine'},
    owner: text,
    created_at: time,
    updated_at: time,
    statistics: STATISTICS,
  },
  examples: [
    {
      ...EXAMPLE_RULE,
      id: '0d0a9d1e-8f3f-4c0e-9a51-7f6b6f9d2b11',
      version: 1,
      owner_id: '6c5b1f0e-55ce-4f5b-b9f9-3f6a2f0f3f10',
      owner: 'ann',
      created_at: '2026-11-21T10:00:00.000Z',
      updated_at: '2026-11-21T10:00:00.000Z',
      statistics: {health: 'waiting', triggered: 0, open: 0, notices_sent: 0, notices_failed: 0, notices_waiting: 0},
    },
  ],
} as const

export const ALERT = {
  type: 'object',
  required: [
    'id',
    'rule_id',
    'rule_name',
    'severity',
    'state',
    'group',
    'labels',
    'opened_at',
    'updated_at',
    'query',
    'since',
    'until',
    'silenced',
  ],
  additionalProperties: false,
  properties: {
    id: uuid,
    rule_id: text,
    rule_name: text,
    severity: {enum: SEVERITIES},
    state: {enum: ALERT_STATES},
    group,
    labels,
    opened_at: {...time, description: 'Of a pending one: when the condition first held'},
    updated_at: time,
    acknowledged_at: time,
    acknowledged_by: text,
    resolved_at: time,
    resolved_by: {...text, description: '`engine`, or who'},
    value: {type: 'number', description: 'When it opened, was told again, or was resolved, whichever came last'},
    threshold: {type: 'number'},
    query: {...text, description: 'What finds the records it is about, between `since` and `until`'},
    since: time,
    until: time,
    runbook: text,
    note: text,
    silenced: {type: 'boolean', description: 'Nobody was told: a silence matched'},
  },
} as const

const HISTORY_ENTRY = {
  type: 'object',
  required: ['id', 'at', 'rule_id', 'rule_name', 'group', 'event'],
  additionalProperties: false,
  properties: {
    id: text,
    at: time,
    alert_id: {...text, description: 'Absent: it is about the rule'},
    rule_id: text,
    rule_name: text,
    group,
    event: {
      enum: HISTORY_EVENTS,
      description:
        'fell_back: pending, and then the condition did not hold. notice_waiting: tried again; notice_failed: given up. Of rules: failing, recovered, missed (a time that will not be evaluated any more)',
    },
    by: {...text, description: 'Who, or which channel'},
    value: {type: 'number'},
    detail: text,
  },
} as const

export const SILENCE = {
  type: 'object',
  required: ['id', 'matchers', 'starts_at', 'ends_at', 'created_by', 'created_at'],
  additionalProperties: false,
  properties: {
    id: uuid,
    matchers: {type: 'object', additionalProperties: text},
    starts_at: time,
    ends_at: time,
    comment: text,
    created_by: text,
    created_at: time,
  },
} as const

export const NEW_SILENCE = {
  type: 'object',
  required: ['matchers', 'ends_at'],
  additionalProperties: false,
  properties: {
    matchers: {
      type: 'object',
      minProperties: 1,
      maxProperties: 20,
      additionalProperties: {type: 'string', maxLength: 2_000},
      description: 'Each must be the alert’s own: rule, severity, a label, or a field of group_by',
      examples: [{rule: 'error burst', service: 'payment'}],
    },
    starts_at: {type: 'string', maxLength: 40, description: 'RFC 3339; now unless given'},
    ends_at: {type: 'string', maxLength: 40, description: 'RFC 3339', examples: ['2030-01-01T00:00:00Z']},
    comment: {type: 'string', maxLength: MOST_NOTE, examples: ['deploy of payment']},
  },
} as const

/** A body may be left out. */
/** What became of a notice that tells of nothing. */
export const NOTICE_TEST = {
  type: 'object',
  required: ['rule', 'channel', 'sent', 'duration_ms'],
  additionalProperties: false,
  properties: {
    rule: text,
    channel: {enum: CHANNELS},
    sent: {type: 'boolean', description: 'The destination took it'},
    detail: {...text, description: 'What came back, or why nothing did'},
    retriable: {type: 'boolean', description: 'Of one that was not sent: a real notice would be tried again'},
    duration_ms: count,
  },
} as const

export const NO_BODY = {type: ['object', 'null'], additionalProperties: false, properties: {}} as const

export const NOTE = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {note: {type: 'string', maxLength: MOST_NOTE, examples: ['looking into it']}},
} as const

const page = (items: object) =>
  ({
    type: 'object',
    required: ['items'],
    additionalProperties: false,
    properties: {items: {type: 'array', items}, next_cursor: text},
  }) as const

export const RULES = page(RULE)
export const ALERTS = page(ALERT)
export const HISTORY = page(HISTORY_ENTRY)
export const SILENCES = page(SILENCE)

const limit = {type: 'integer', minimum: 1, maximum: MOST_ITEMS, default: 100} as const
const cursor = {type: 'string', minLength: 1, maxLength: 64, description: 'next_cursor of the page before'} as const
const ofRule = {type: 'string', minLength: 1, maxLength: MOST_NAME, description: 'Name or id of a rule'} as const
const parameters = <T extends object>(properties: T) =>
  ({type: 'object', additionalProperties: false, properties}) as const

export const RULE_QUERY = parameters({
  active: {type: 'boolean', description: 'Only those that are switched on, or off'},
  limit,
  cursor,
})

export const ALERT_QUERY = parameters({
  state: {
    type: 'array',
    maxItems: ALERT_STATES.length,
    items: {enum: ALERT_STATES},
    description: 'Repeated: any of them. All but resolved unless given',
    examples: [['open']],
  },
  rule: ofRule,
  severity: {enum: SEVERITIES},
  limit,
  cursor,
})

/** The times besides: TIME_QUERY of asked.ts. */
export const HISTORY_QUERY = {
  rule: ofRule,
  alert: {type: 'string', minLength: 1, maxLength: 64, description: 'Id of an alert'},
  limit,
  cursor,
} as const

export const SILENCE_QUERY = parameters({
  all: {type: 'boolean', default: false, description: 'Those that have ended, too'},
})

const one = (description: string, example: string) =>
  ({
    type: 'object',
    required: ['id'],
    additionalProperties: false,
    properties: {id: {type: 'string', minLength: 1, maxLength: MOST_NAME, description, examples: [example]}},
  }) as const

export const ONE_RULE = one('Id or name of a rule', EXAMPLE_RULE.name)
export const ONE_ALERT = one('Id of an alert, or a beginning of one that is unique', '3f2b8c1a')
export const ONE_SILENCE = one('Id of a silence', 'b7e0a4c2-52b7-4c58-9d0c-0c8f2d1e6a90')

export const IF_MATCH = {
  type: 'object',
  properties: {
    'if-match': {
      type: 'string',
      maxLength: 100,
      description: 'The ETag of the rule as it was read: the change is refused (409) where it has changed since',
      examples: ['"1"'],
    },
  },
} as const
