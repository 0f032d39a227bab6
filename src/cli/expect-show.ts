import {writeFile} from 'node:fs/promises'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {countText} from '../lib/flows/expect/count-range.js'
import {tellFileError} from '../lib/flows/text-file.js'
import {type ExpectRow, expectText, githubAnnotation, junitCase, summary} from '../lib/output/expect-view.js'
import {junitXml} from '../lib/output/junit.js'
import {explainTree} from '../lib/query/explain-tree.js'
import type {Context} from './context.js'
import type {ExpectFlags} from './expect-flags.js'
import type {Expected} from './expect-run.js'
import {showResult} from './show-result.js'
import {toZone} from './zone-flag.js'

/** Told of those that are missing. */
const MOST_MISSING = 100

/** Shows how it came out, writes the reports, and throws where not all is met. */
export async function showExpected(context: Context, expected: Expected[], flags: ExpectFlags): Promise<void> {
  const rows = expected.map(toRow)
  if (flags.junit !== undefined) await writeReport(flags.junit, junitXml('logflow expect', rows.map(junitCase)))
  if (flags.github) for (const row of rows) context.talk.stream.write(githubAnnotation(row))
  const zone = toZone(flags.timezone)
  const options = {screen: context.screen, zone, now: Date.now()}
  const verdict = overall(rows)
  await showResult(context, {verdict, expectations: rows}, () => rows.map((row) => expectText(row, options)).join(''))
  if (verdict === 'broken') throw new LogflowError('NO_MATCH', told(rows, 'broken'))
  if (verdict === 'unknown')
    throw new LogflowError('NOT_CAUGHT_UP', told(rows, 'unknown'), {
      suggestions: ['logflow status  shows what is behind', 'Wait longer: --catch-up 2m'],
    })
}

/** `any of a, b` out of a tree with a line for each. */
function inOneLine(tree: string): string {
  return tree.replace(/^((?:any|all) of|not)\n\s*/, '$1 ').replaceAll(/\n\s*/g, ', ')
}

function toRow({expectation, verdict, count, afterMs, records, reason, nearest, missing}: Expected): ExpectRow {
  return {
    name: expectation.name,
    verdict,
    expected: countText(expectation.count),
    count,
    after_ms: Math.round(afterMs),
    records,
    ...(reason === undefined ? {} : {reason}),
    ...(missing === undefined
      ? {}
      : {missing: missing.slice(0, MOST_MISSING), traces_missing: new Set(missing.map((one) => one.trace_id)).size}),
    ...(nearest === undefined
      ? {}
      : {
          nearest: {
            without: nearest.without ? inOneLine(explainTree(nearest.without)) : 'the bounds of time',
            count: nearest.count,
            records: nearest.records,
          },
        }),
  }
}

function overall(rows: readonly ExpectRow[]): ExpectRow['verdict'] {
  if (rows.some(({verdict}) => verdict === 'broken')) return 'broken'
  return rows.some(({verdict}) => verdict === 'unknown') ? 'unknown' : 'met'
}

/** One alone in full; of several how many. */
function told(rows: readonly ExpectRow[], verdict: ExpectRow['verdict']): string {
  const those = rows.filter((row) => row.verdict === verdict)
  if (rows.length === 1) return summary(rows[0] as ExpectRow)
  return `${those.length} of ${rows.length} expectations ${verdict === 'broken' ? 'are broken' : 'could not be known'}`
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (error) {
    throw tellFileError('write', path, error)
  }
}
