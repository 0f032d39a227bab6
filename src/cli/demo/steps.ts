/** By step: what was found with its {@link DemoQuestion}, once it has been run. */
export type DemoFacts = Readonly<Record<string, string>>

/** A command whose answer is not shown: what follows needs a field of the first record of it. */
export interface DemoQuestion {
  words: readonly string[]
  field: string
  /** What must be so, said where there is no such record. */
  expects: string
}

export interface DemoStep {
  name: string
  title: string
  /** What is seen and why, in one or two sentences. */
  why: string
  /** The command's words after `logflow`, exactly as they are run. */
  words(facts: DemoFacts): readonly string[]
  asks?: DemoQuestion
  /** On a terminal, Enter is waited for when it is done. Without: the next step follows at once. */
  pause?: true
  /** Draws on the whole terminal, after Enter; where there is none, the command is only printed. */
  wholeScreen?: true
}

/** The incident that is looked for. */
const FAILED_PAYMENTS = 'service:payment "charge failed"'

/** As much of a trace id as search shows. */
const SHORT_ID = 8

/** The tour, in its order. Rule and incident come first: a rule is evaluated from the time on when it was made. */
export const DEMO_STEPS: readonly DemoStep[] = [
  {
    name: 'rule',
    title: 'Say what you want to be told',
    why: 'A rule counts the records that match a query. This one opens an alert when payment logs more than 50 errors in ten minutes.',
    words: () => [
      ...['alerts', 'create', 'Payment errors', '--query', 'service:payment level>=error'],
      ...['--threshold', '50', '--window', '10m', '--every', '1s', '--severity', 'critical'],
    ],
    pause: true,
  },
  {
    name: 'generate',
    title: 'Make an incident',
    why: 'Ten services of a shop log for a quarter of an hour, with one trace id a request. In the last five minutes something goes wrong.',
    words: () => [
      ...['generate', '--duration', '15m', '--rate', '20', '--seed', 'demo'],
      ...['--scenario', 'deploy-errors@10m+5m', '--to', 'shop.log'],
    ],
  },
  {
    name: 'ship',
    title: 'Get the logs in',
    why: 'ship reads the lines, parses them and stores them; from then on they can be searched. The receipt says what was sent.',
    words: () => ['ship', 'shop.log', '--receipt', 'receipt.json', '--no-wait'],
  },
  {
    name: 'verify',
    title: 'Know that nothing was lost',
    why: 'verify looks into the store for every record of the receipt.',
    words: () => ['verify', 'receipt.json'],
  },
  {
    name: 'engine',
    title: 'Be told',
    why: 'The alert engine looks at what is due and tells whom the rules name; here that is this screen. Without --once it goes on looking.',
    words: () => ['alerts', 'run', '--once'],
    asks: {words: ['alerts', 'triggered', '--output', 'jsonl'], field: 'id', expects: 'an alert opened'},
    pause: true,
  },
  {
    name: 'search',
    title: 'Search',
    why: 'The alert quotes "charge failed": here are the newest of them, each with its stack trace. At the right is the trace id of the request.',
    words: () => ['search', FAILED_PAYMENTS, '--limit', '3'],
    asks: {
      words: ['search', FAILED_PAYMENTS, '--limit', '1', '--output', 'jsonl'],
      field: 'trace_id',
      expects: 'a failed payment with a trace id is found',
    },
    pause: true,
  },
  {
    name: 'patterns',
    title: 'See what kinds of errors there are',
    why: 'Similar messages are folded into one, with counts. The trend tells what began just now from what is always there.',
    words: () => ['patterns', 'level>=error', '--limit', '5'],
    pause: true,
  },
  {
    name: 'trace',
    title: 'Follow one request',
    why: 'One failed checkout across all services: who called whom, for how long, and which error came first.',
    words: ({search = ''}) => ['trace', search.slice(0, SHORT_ID)],
    pause: true,
  },
  {
    name: 'cause',
    title: 'Find what changed',
    why: 'The errors began as payment 7.4.1 went out. The new version of mail a little earlier did nothing; the rollback at the end stops them.',
    words: () => ['search', 'event:deployed'],
    pause: true,
  },
  {
    name: 'alert',
    title: 'See what is open',
    why: 'The alert stays open until it is over. Its search shows just the records that opened it; ack says that somebody is on it.',
    words: () => ['alerts', 'triggered'],
  },
  {
    name: 'live',
    title: 'Watch it all on one screen',
    why: 'Records, errors over time, services, patterns and alerts at once: Enter shows a record, t its trace, ? all keys, q leaves.',
    words: () => ['live', '--since', '1h'],
    wholeScreen: true,
  },
]

/** To go on with, on one's own logs. */
export const OWN_LOGS = [
  {words: ['ship', 'app.log'], what: 'your file, folder or - for stdin'},
  {words: ['search', 'level>=warn', '--since', '1h'], what: 'what went wrong'},
  {words: ['live'], what: 'all of it, on one screen'},
] as const
