/** The forms of the query language, each with an example that parses. Shown by `search --help`. */
export const QUERY_FORMS: ReadonlyArray<readonly [example: string, finds: string]> = [
  ['card declined', 'both words in the message, in any case'],
  ['"card declined"', 'the words in a row'],
  ['declin* c?rd', 'wildcards: parts of one word'],
  ['/took [0-9]{4,}ms/i', 'a regular expression; i: in any case'],
  ['level>=warn', 'by severity; also level:error, level:(warn error)'],
  ['service:payment', 'a field of the record, or any attribute by its path'],
  ['user.name:"Ann B"', 'text compares exactly, but service, host: any case'],
  ['status:500', 'that number; status:"500" is that text'],
  ['path:/api/* user.*:ann', 'wildcards in values and in names'],
  ['status:>=500', 'also > < <=, [400 TO 499], {400 TO 499}, [400 TO *]'],
  ['@timestamp:>15m', 'times as for --since'],
  ['region:(eu us)', 'any of these values; AND OR NOT work inside'],
  ['region:*', 'the field is there; NOT region:* it is missing'],
  ['a OR b AND NOT (c -d)', 'AND binds tighter than OR; - and ! are NOT'],
]

/** The forms in two columns that fit 80. */
export function queryHelp(): string {
  const width = Math.max(...QUERY_FORMS.map(([example]) => example.length))
  const rows = QUERY_FORMS.map(([example, finds]) => `${example.padEnd(width)}  ${finds}`)
  return [
    'A query, in quotes for the shell:',
    ...rows,
    String.raw`Quote what holds : ( ) [ ] " or put \ before it.`,
  ].join('\n')
}
