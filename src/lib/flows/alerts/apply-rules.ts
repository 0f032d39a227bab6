import type {Caller} from '../../accounts/accounts.js'
import type {Alerts, StoredRule} from '../../alerts/alerts.js'
import {
  type ChangePlan,
  type PlanOptions,
  planChanges,
  type RuleStep,
  type WantedRule,
} from '../../alerts/plan-changes.js'
import {placeText} from '../../alerts/read-rules.js'
import {hiddenFields} from '../../alerts/rules-diff.js'
import {LogflowError} from '../../errors/logflow-error.js'

export interface ApplyOptions extends PlanOptions {
  alerts: Alerts
  caller: Caller
  rules: readonly WantedRule[]
}

/** Rules asked for at a time. */
const PAGE = 1_000

/** What would be done. Throws BAD_RULE where a rule cannot be made, before anything is changed. */
export async function planApply({alerts, caller, rules, ...options}: ApplyOptions): Promise<ChangePlan> {
  const plan = planChanges(await allRules(alerts, caller), rules, options)
  for (const step of plan.steps) if (step.action === 'create') refuseHidden(step.send, rules)
  return plan
}

/** Every rule there is, by name. */
export async function allRules(alerts: Alerts, caller: Caller): Promise<StoredRule[]> {
  const rules: StoredRule[] = []
  for (;;) {
    const last = rules.at(-1)
    const page = await alerts.listRules(caller, {limit: PAGE, ...(last ? {after: last.id} : {})})
    rules.push(...page)
    if (page.length < PAGE) return rules
  }
}

/** An exported rule has `***` for its secrets; that stands for what is kept, and of a new rule nothing is. */
function refuseHidden(rule: ApplyOptions['rules'][number]['written'], rules: readonly WantedRule[]): void {
  const [field] = hiddenFields(rule)
  if (field === undefined) return
  const wanted = rules.find(({written}) => written.name === rule.name)
  const at = wanted ? `${placeText(wanted.place.at(field.split('.')))}: ` : ''
  throw new LogflowError('BAD_RULE', `${at}${field} is hidden (***), and there is no such rule yet that knows it`, {
    suggestions: [`Write $\{LOGFLOW_ALERT_NAME}, and set that variable where the engine runs`],
  })
}

const ORDER: Array<RuleStep['action']> = ['create', 'change', 'delete']

/**
 * Makes it so: first what is new, last what is deleted, so that nothing goes unwatched meanwhile. A rule that somebody
 * changed since the plan was made is not overwritten: ALREADY_THERE. What was done before a failure stays, and is told;
 * run again, the rest is done.
 */
export async function runPlan(
  plan: ChangePlan,
  {alerts, caller}: Pick<ApplyOptions, 'alerts' | 'caller'>,
  onDone: (step: RuleStep) => void = () => {},
): Promise<void> {
  const steps = ORDER.flatMap((action) => plan.steps.filter((step) => step.action === action))
  for (const [done, step] of steps.entries()) {
    try {
      await runStep(step, alerts, caller)
    } catch (error) {
      if (!(error instanceof LogflowError)) throw error
      const rest = `${done} of ${steps.length} changes were made`
      throw new LogflowError(error.code, `${step.name}: ${error.message}; ${rest}`, {
        cause: error,
        retriable: error.retriable,
        suggestions: [...error.suggestions, 'Run it again: what is done already is not done twice'],
      })
    }
    onDone(step)
  }
}

async function runStep(step: RuleStep, alerts: Alerts, caller: Caller): Promise<void> {
  switch (step.action) {
    case 'create':
      await alerts.createRule(caller, step.send)
      return
    case 'change':
      await alerts.updateRule(caller, step.stored.id, step.send, step.stored.version)
      return
    case 'delete':
      await alerts.removeRule(caller, step.stored.id)
      return
    case 'same':
  }
}
