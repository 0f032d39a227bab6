import {Command, Flags} from '@oclif/core'
import {rulesArgument} from '../../cli/alert-parts.js'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {showRows} from '../../cli/show-result.js'
import {exportedRule, rulesYaml} from '../../lib/alerts/write-rules.js'
import {writtenOf} from '../../lib/alerts/written-of.js'
import {openApp} from '../../lib/compose.js'
import {allRules} from '../../lib/flows/alerts/apply-rules.js'
import {writeRuleFiles} from '../../lib/flows/alerts/write-rule-files.js'
import {escapeControls} from '../../lib/output/escape-controls.js'
import {plural} from '../../lib/output/numbers.js'

export default class AlertsExport extends Command {
  static override summary = 'Write alert rules as files that logflow alerts apply reads'
  static override description =
    'YAML on stdout, a document for each rule; -o json or jsonl is the same as JSON. With --dir a file for each. Applied where they came from, nothing changes. Secrets are written as ***, which stands for what is kept: for another place name a variable, LOGFLOW_ALERT_…, instead.'
  static override examples = [
    '<%= config.bin %> alerts export > rules.yaml',
    '<%= config.bin %> alerts export --dir rules/',
    `<%= config.bin %> alerts export 'High error rate' -o json`,
  ]
  static override args = rulesArgument
  static override flags = {
    dir: Flags.string({description: 'Write a file for each rule into this folder', helpValue: 'DIR'}),
    force: Flags.boolean({description: 'Write over files that are there', dependsOn: ['dir']}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsExport)
    const context = await openContext(flags)
    await using app = openApp(context.config, context.talk.detail)
    const alerts = await app.alerts()
    const stored = args.rules
      ? await Promise.all(args.rules.map((rule) => alerts.showRule(callerHere(), rule)))
      : await allRules(alerts, callerHere())
    const rules = stored.map((rule) => exportedRule(writtenOf(rule)))
    if (rules.length === 0) context.talk.note('no alert rules yet: logflow alerts create NAME makes one')
    if (flags.dir !== undefined) {
      const files = await writeRuleFiles(flags.dir, rules, {force: flags.force})
      await showRows(
        context,
        files,
        ['file', 'name'].map((title) => ({title})),
      )
      return context.talk.note(`${plural(rules.length, 'rule')} in ${flags.dir}`)
    }
    const {output} = context.config
    if (context.format === 'json' || output === 'json' || output === 'jsonl') {
      return showRows(context, rules, [{title: 'name'}])
    }
    const yaml = await rulesYaml(rules)
    await context.out.write(context.screen.isTerminal ? escapeControls(yaml) : yaml)
    await context.out.end()
  }
}
