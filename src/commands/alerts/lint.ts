import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags, listArgument} from '../../cli/global-flags.js'
import {ruleCheckFor} from '../../cli/rule-check.js'
import {UsageError} from '../../cli/show-error.js'
import {showRows} from '../../cli/show-result.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {lintRules} from '../../lib/flows/alerts/lint-rules.js'
import {findRuleFiles} from '../../lib/flows/alerts/rule-files.js'
import {FINDING_COLUMNS, findingsText, findingsView} from '../../lib/output/rule-files-view.js'

export default class AlertsLint extends Command {
  static override summary = 'Check files of alert rules: mistakes with line and column, and what is seldom meant'
  static override description =
    'Needs no server and no database. A file is YAML or JSON: a rule, a list of rules, or rules under "rules:", in one or many documents. Of a folder all .yaml, .yml and .json in it are read, but those that end in .test.yaml. Exits with 2 where a rule cannot be; warnings are no failure without --strict.'
  static override examples = [
    '<%= config.bin %> alerts lint rules/',
    '<%= config.bin %> alerts lint rules/shop.yaml --strict -o jsonl',
  ]
  static override args = {files: listArgument({description: 'Files and folders of rules'})}
  static override flags = {
    strict: Flags.boolean({description: 'Exit with 1 where there is a warning'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsLint)
    const context = await openContext(flags)
    if (args.files === undefined)
      throw new UsageError('say which file or folder to check', ['logflow alerts lint rules/'])
    const files = await findRuleFiles(args.files)
    const {rules, findings} = await lintRules(files, await ruleCheckFor(context.config))
    if (context.format === 'pretty') {
      await context.out.write(findingsView(findings, context.screen))
      await context.out.end()
    } else if (findings.length > 0 || context.format !== 'table') await showRows(context, findings, FINDING_COLUMNS)
    const errors = findings.filter(({severity}) => severity === 'error').length
    const text = findingsText(files.length, rules.length, findings)
    if (errors > 0) throw new LogflowError('BAD_RULE', text)
    if (flags.strict && findings.length > 0) throw new LogflowError('TEST_FAILED', text)
    context.talk.note(text)
  }
}
