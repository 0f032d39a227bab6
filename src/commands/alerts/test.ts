import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags, listArgument} from '../../cli/global-flags.js'
import {UsageError} from '../../cli/show-error.js'
import {showResult, showRows} from '../../cli/show-result.js'
import {readRule} from '../../lib/alerts/check-rule.js'
import type {CheckedFile} from '../../lib/alerts/checked-test.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {findTestFiles} from '../../lib/flows/alerts/rule-files.js'
import {runRuleTestFile} from '../../lib/flows/alerts/rule-test-files.js'
import {ruleTestSummary, ruleTestText, STEP_COLUMNS, stepRows} from '../../lib/output/rule-test-view.js'

const EXAMPLE = `rules: [error-rate.yaml]
tests:
  - name: a burst opens after two minutes, and is told once
    records:
      - {at: 0m, until: 20m, every: 1s, service: pay, message: "sold {n}"}
      - {at: 5m, count: 300, every: 1s, service: pay, level: ERROR}
    expect:
      - {at: 5m, state: inactive}
      - {at: 9m, group: {service: pay}, state: open}
    notices:
      - {at: 8m, opened: 1}`

export default class AlertsTest extends Command {
  static override summary = 'Run unit tests of alert rules: records in, states and notices out'
  static override description = [
    'Needs no server, no store and no data directory. Every record goes through the parser, and every evaluation through the engine, that production has. Exits with 1 when something is otherwise than expected, and shows what was wanted, what came and the value that was measured.',
    EXAMPLE,
    'A record has a time (at, then count or until with every) and the fields of a JSON line, or is a line as it is; {n} in texts is its number. What is expected of a rule at a time is its state (inactive, pending or open), of a group or of how many groups, and the value. Notices are all that may be sent: how many alerts opened, again or resolved. Silences have from, until and matchers. Times count from start, 2026-01-01T00:00:00Z unless given.',
  ].join('\n\n')
  static override examples = [
    '<%= config.bin %> alerts test rules/error-rate.test.yaml',
    '<%= config.bin %> alerts test rules/',
    '<%= config.bin %> alerts test rules/ --steps',
    '<%= config.bin %> alerts test rules/ -o json',
  ]
  static override args = {files: listArgument({description: 'Files of tests, or folders with *.test.yaml'})}
  static override flags = {
    steps: Flags.boolean({description: 'Show every step of every test, also where all is as expected'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsTest)
    const context = await openContext(flags)
    if (!args.files?.length) throw new UsageError('name a file of tests, or a folder with *.test.yaml')
    const {format, screen, out, talk} = context
    const checked: CheckedFile[] = []
    for (const file of await findTestFiles(args.files as unknown as string[])) {
      const one = await runRuleTestFile(file, readRule)
      checked.push(one)
      if (format === 'pretty') await out.write(ruleTestText(one, screen, {all: flags.steps ?? false}))
    }
    const passed = checked.every((file) => file.passed)
    if (format === 'pretty') await out.end()
    else if (format === 'json') await showResult(context, {passed, files: checked}, () => '')
    else await showRows(context, stepRows(checked), STEP_COLUMNS)
    if (passed) return talk.note(ruleTestSummary(checked))
    throw new LogflowError('TEST_FAILED', ruleTestSummary(checked), {
      suggestions: ['A rule does what its file says: mend the rule, or what the test expects of it'],
    })
  }
}
