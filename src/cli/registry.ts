// Every command: its id (topic and name joined by a colon) and how to load it. A new command is one line here.
// Commands are loaded when they are run and not before: a command's file must not cost another's start-up.

export const COMMANDS: Record<string, () => Promise<{default: unknown}>> = {
  doctor: () => import('../commands/doctor.js'),
  expect: () => import('../commands/expect.js'),
  generate: () => import('../commands/generate.js'),
  get: () => import('../commands/get.js'),
  mark: () => import('../commands/mark.js'),
  parse: () => import('../commands/parse.js'),
  patterns: () => import('../commands/patterns.js'),
  process: () => import('../commands/process.js'),
  search: () => import('../commands/search.js'),
  serve: () => import('../commands/serve.js'),
  ship: () => import('../commands/ship.js'),
  status: () => import('../commands/status.js'),
  tail: () => import('../commands/tail.js'),
  trace: () => import('../commands/trace.js'),
  verify: () => import('../commands/verify.js'),
  'checkpoints:forget': () => import('../commands/checkpoints/forget.js'),
  'checkpoints:list': () => import('../commands/checkpoints/list.js'),
  'config:get': () => import('../commands/config/get.js'),
  'config:init': () => import('../commands/config/init.js'),
  'config:list': () => import('../commands/config/list.js'),
  'config:path': () => import('../commands/config/path.js'),
  'config:set': () => import('../commands/config/set.js'),
  'dlq:drop': () => import('../commands/dlq/drop.js'),
  'dlq:list': () => import('../commands/dlq/list.js'),
  'dlq:redrive': () => import('../commands/dlq/redrive.js'),
  'dlq:show': () => import('../commands/dlq/show.js'),
  'searches:delete': () => import('../commands/searches/delete.js'),
  'searches:list': () => import('../commands/searches/list.js'),
  'metrics:overview': () => import('../commands/metrics/overview.js'),
  'metrics:service': () => import('../commands/metrics/service.js'),
  'metrics:system': () => import('../commands/metrics/system.js'),
  'metrics:timeseries': () => import('../commands/metrics/timeseries.js'),
}

/** What a topic (`logflow config`) is about. */
export const TOPICS: Record<string, {description: string}> = {
  checkpoints: {description: 'How far each followed file has been read'},
  config: {description: 'See and change the configuration'},
  dlq: {description: 'Dead letters: what could not be stored, and what becomes of it'},
  searches: {description: 'Searches saved under a name'},
  metrics: {description: 'How much is logged, by whom, how fast and how well'},
}
