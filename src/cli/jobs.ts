/** What people come for, in the order of a first day: how `logflow --help` and the manual list the commands and topics. */
export const JOBS: ReadonlyArray<{job: string; names: readonly string[]}> = [
  {job: 'Get logs in', names: ['ship', 'generate', 'process', 'checkpoints', 'verify', 'dlq']},
  {job: 'Find and follow', names: ['search', 'get', 'tail', 'live', 'trace', 'patterns', 'metrics', 'searches']},
  {job: 'Be told', names: ['alerts']},
  {job: 'Test in CI', names: ['expect', 'mark']},
  {job: 'Operate', names: ['up', 'serve', 'status', 'doctor', 'db', 'config', 'cache', 'rate-limits']},
  {job: 'Accounts', names: ['auth', 'users', 'audit']},
  {job: 'Find your way', names: ['demo', 'parse', 'completion', 'help']},
]
