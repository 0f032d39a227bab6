import {Command, Flags} from '@oclif/core'
import {alertScreen} from '../../cli/alert-parts.js'
import {confirmOn, isAnswerable} from '../../cli/confirm.js'
import {type Context, openContext} from '../../cli/context.js'
import {globalFlags, listArgument} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {ruleCheckFor} from '../../cli/rule-check.js'
import {UsageError} from '../../cli/show-error.js'
import {showRows} from '../../cli/show-result.js'
import {type ChangePlan, countSteps} from '../../lib/alerts/plan-changes.js'
import {openApp} from '../../lib/compose.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {planApply, runPlan} from '../../lib/flows/alerts/apply-rules.js'
import {lintRules, refuseErrors} from '../../lib/flows/alerts/lint-rules.js'
import {findRuleFiles} from '../../lib/flows/alerts/rule-files.js'
import {plural} from '../../lib/output/numbers.js'
import {PLAN_COLUMNS, planRows, planText, planView} from '../../lib/output/rule-files-view.js'

export default class AlertsApply extends Command {
  static override summary = 'Make the alert rules those of files: rules as code'
  static override description =
    'Every file is checked before anything is changed (logflow alerts lint). Rules are told apart by their names; what differs is shown field by field; applied again, nothing changes. Nothing is deleted without --prune, and with it only rules that apply made: they carry the label managed_by=apply (with --set NAME: apply/NAME). A rule that was switched off stays off unless its file says is_active. First what is new is made, then what is changed, then what is deleted: what was done before a failure stays, and the rest is done when it is run again.'
  static override examples = [
    '<%= config.bin %> alerts apply rules/ --dry-run',
    '<%= config.bin %> alerts apply rules/ --prune --yes',
    '<%= config.bin %> alerts apply rules/shop.yaml --set shop',
    '<%= config.bin %> alerts apply rules/ --check -o jsonl',
  ]
  static override args = {files: listArgument({description: 'Files and folders of rules'})}
  static override flags = {
    'dry-run': Flags.boolean({description: 'Change nothing, and show what would be changed'}),
    check: Flags.boolean({description: 'The same as --dry-run, and exit with 1 where something differs'}),
    prune: Flags.boolean({description: 'Delete rules that apply made and that are in none of the files'}),
    'prune-all': Flags.boolean({description: 'Delete every rule that is in none of the files, whoever made it'}),
    set: Flags.string({description: 'A name for these rules, to tell them from what others apply', helpValue: 'NAME'}),
    'rewrite-secrets': Flags.boolean({
      description: 'Send rules again whose files hold secrets, which cannot be compared with those that are kept',
    }),
    yes: Flags.boolean({char: 'y', description: 'Do not ask before rules are deleted'}),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsApply)
    const context = await openContext(flags)
    const {talk} = context
    if (args.files === undefined)
      throw new UsageError('say which file or folder to apply', ['logflow alerts apply rules/'])
    if (flags.set !== undefined && !/^[\w.-]{1,64}$/.test(flags.set)) {
      throw new UsageError('--set takes a name of letters, digits, ".", "_" and "-", 64 at most')
    }
    const check = await ruleCheckFor(context.config)
    const linted = await lintRules(await findRuleFiles(args.files), check)
    refuseErrors(linted)
    const warnings = linted.findings.length
    if (warnings > 0) talk.detail(`${plural(warnings, 'warning')}: logflow alerts lint shows them`)
    await using app = openApp(context.config, talk.detail)
    const where = {alerts: await app.alerts(), caller: callerHere()}
    const plan = await planApply({
      ...where,
      rules: linted.rules,
      prune: flags['prune-all'] ? 'all' : flags.prune ? 'applied' : 'none',
      ...(flags.set === undefined ? {} : {set: flags.set}),
      rewriteSecrets: flags['rewrite-secrets'],
      mask: check.mask,
    })
    await show(context, plan)
    const counts = countSteps(plan)
    const differs = counts.create + counts.change + counts.delete > 0
    if (flags.check && differs)
      throw new LogflowError('TEST_FAILED', `the rules differ from the files: ${planText(plan)}`)
    if (flags.check || flags['dry-run']) return talk.note(`${planText(plan)}; nothing was changed`)
    if (counts.delete > 0 && !flags.yes) await confirm(context, counts.delete)
    await runPlan(plan, where)
    talk.note(planText(plan))
  }
}

/** What will be changed, and what must be known of what will not. */
async function show(context: Context, plan: ChangePlan): Promise<void> {
  if (context.format === 'pretty') {
    await context.out.write(planView(plan, alertScreen(context)))
    await context.out.end()
  } else await showRows(context, planRows(plan), PLAN_COLUMNS)
  for (const step of plan.steps) {
    if (step.action !== 'same' || step.hidden.length === 0) continue
    context.talk.warn(
      `${step.name}: what is kept as ${step.hidden.join(' and ')} is hidden, so that nobody can tell whether the file differs; it stays, and --rewrite-secrets sends it again`,
    )
  }
  if (plan.left.length > 0) {
    const rules = plan.left.join(', ')
    context.talk.note(`made by apply, and in none of these files: ${rules}; --prune deletes what is`)
  }
}

async function confirm({talk, signal}: Context, rules: number): Promise<void> {
  if (!isAnswerable()) {
    throw new UsageError('rules that are deleted are gone for good: say --yes where nobody can be asked', [
      'Nothing was changed; --dry-run shows what would be',
    ])
  }
  if (await confirmOn(talk, `Delete ${plural(rules, 'rule')} for good?`, signal)) return
  throw new LogflowError('USAGE', 'nothing was changed')
}
