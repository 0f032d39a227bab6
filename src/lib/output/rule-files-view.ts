import type {ChangePlan, RuleStep} from '../alerts/plan-changes.js'
import {countSteps} from '../alerts/plan-changes.js'
import {placeText} from '../alerts/read-rules.js'
import type {AlertScreen} from './alert-text.js'
import {escapeControls, escapeLine} from './escape-controls.js'
import {formatCount, plural} from './numbers.js'
import {type Palette, paletteFor} from './palette.js'
import type {RowColumn} from './rows.js'
import {fieldChangeLines} from './rules-view.js'
import type {Screen} from './screen.js'

interface Finding {
  file: string
  line: number
  column: number
  severity: 'error' | 'warning'
  rule?: string
  message: string
  fix?: string
}

export const FINDING_COLUMNS: readonly RowColumn[] = [
  {title: 'file', least: 12},
  {title: 'line', align: 'right'},
  {title: 'column', align: 'right'},
  {title: 'severity'},
  {title: 'rule', least: 10},
  {title: 'message', least: 24},
  {title: 'fix', least: 16},
]

/** `rules/shop.yaml:3:12 error: …` as editors read it, with what to do under it. */
export function findingsView(findings: readonly Finding[], screen: Screen): string {
  const palette = paletteFor(screen.color)
  const lines = findings.flatMap((finding) => {
    const {severity, message, fix} = finding
    const word = severity === 'error' ? palette.bad('error') : palette.warn('warning')
    const text = `${palette.bold(escapeLine(placeText(finding)))} ${word}: ${escapeControls(message)}`
    return fix === undefined ? [text] : [text, `  ${palette.dim(escapeLine(fix))}`]
  })
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** `12 rules in 3 files: 1 error, 2 warnings`. */
export function findingsText(files: number, rules: number, findings: readonly Finding[]): string {
  const errors = findings.filter(({severity}) => severity === 'error').length
  const warnings = findings.length - errors
  const found = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ]
  const told = found.length === 0 ? 'nothing to object to' : found.join(', ')
  return `${plural(rules, 'good rule')} in ${plural(files, 'file')}: ${told}`
}

/** What applying would change (or has changed): new, changed and deleted rules, field by field. */
export function planView(plan: ChangePlan, view: AlertScreen): string {
  const palette = paletteFor(view.screen.color)
  const lines = plan.steps.flatMap((step) => stepLines(step, view, palette))
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function stepLines(step: RuleStep, view: AlertScreen, palette: Palette): string[] {
  const name = escapeLine(step.name)
  switch (step.action) {
    case 'create': {
      const fields = step.fields.filter(({field}) => field !== 'name')
      return [palette.good(`+ ${name}`), ...fieldChangeLines(fields, view)]
    }
    case 'change': {
      const hidden = step.hidden.map((field) => ({field, from: '***', to: '***, sent again'}))
      return [palette.warn(`~ ${name}`), ...fieldChangeLines([...step.fields, ...hidden], view)]
    }
    case 'delete':
      return [palette.bad(`- ${name}`)]
    case 'same':
      return []
  }
}

/** `2 new, 1 changed, 0 deleted, 12 the same`. */
export function planText(plan: ChangePlan): string {
  const counts = countSteps(plan)
  return `${formatCount(counts.create)} new, ${formatCount(counts.change)} changed, ${formatCount(counts.delete)} deleted, ${formatCount(counts.same)} the same`
}

/** One object a rule, for programs. */
export function planRows({steps}: ChangePlan): object[] {
  return steps.map((step) => ({
    action: step.action,
    name: step.name,
    ...('fields' in step ? {fields: step.fields} : {}),
    ...('hidden' in step && step.hidden.length > 0 ? {hidden: step.hidden} : {}),
  }))
}

export const PLAN_COLUMNS: readonly RowColumn[] = ['action', 'name', 'fields', 'hidden'].map((title) => ({title}))
