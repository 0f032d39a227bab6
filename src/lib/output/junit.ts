// JUnit XML as CI systems read it: one suite, a case for each expectation.

/** The outcome of one test. `problem` is a line, `details` any text. */
export interface JunitCase {
  name: string
  seconds: number
  /** `failure`: the answer is no; `error`: it could not be known. */
  problem?: {kind: 'failure' | 'error'; message: string; details: string}
}

export function junitXml(suite: string, cases: readonly JunitCase[]): string {
  const of = (kind: string) => cases.filter(({problem}) => problem?.kind === kind).length
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0)
  const counts = `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}"`
  const lines = cases.map((one) => caseXml(suite, one)).join('')
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n` +
    `  <testsuite name="${attribute(suite)}" ${counts} time="${seconds.toFixed(3)}">\n${lines}  </testsuite>\n</testsuites>\n`
  )
}

function caseXml(suite: string, {name, seconds, problem}: JunitCase): string {
  const head = `    <testcase classname="${attribute(suite)}" name="${attribute(name)}" time="${seconds.toFixed(3)}"`
  if (!problem) return `${head}/>\n`
  const {kind, message, details} = problem
  return `${head}>\n      <${kind} message="${attribute(message)}">${text(details)}</${kind}>\n    </testcase>\n`
}

/** Characters that XML 1.0 has no place for (§2.2), lone surrogates included, come out as U+FFFD. */
function text(value: string): string {
  const clean = value.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
  return clean.replace(/[&<>]/g, (char) => (char === '&' ? '&amp;' : char === '<' ? '&lt;' : '&gt;'))
}

function attribute(value: string): string {
  return text(value).replace(/["\t\n\r]/g, (char) => (char === '"' ? '&quot;' : `&#${char.charCodeAt(0)};`))
}
