// Adds up the JSON reports of the test runs in a folder and prints one closing line.
// A report that holds no test counts as a failure: it means that a run died.
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

const folder = process.argv[2]
const sum = {passed: 0, failed: 0, skipped: 0}
const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
for (const file of files) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  sum.passed += report.numPassedTests
  sum.failed += report.numFailedTests + (report.success || report.numFailedTests > 0 ? 0 : 1)
  sum.skipped += report.numPendingTests + (report.numTodoTests ?? 0)
  console.log(`${file.replace('.json', '').padEnd(10)} ${report.numPassedTests} of ${report.numTotalTests}`)
}
const expected = 5
if (files.length !== expected) {
  console.log(`${expected - files.length} of ${expected} test runs left no report`)
  sum.failed += expected - files.length
}
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exit(sum.failed > 0 ? 1 : 0)
