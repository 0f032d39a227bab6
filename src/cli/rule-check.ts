import type {WrittenRule} from '../lib/alerts/rule.js'
import type {Config} from '../lib/config/config.js'
import type {RuleCheck} from '../lib/flows/alerts/lint-rules.js'
import type {Context} from './context.js'

/** How rules of files are checked: all that the database would say of them, before it is asked. */
export async function ruleCheckFor({alerts}: Pick<Config, 'alerts'>): Promise<RuleCheck> {
  const [{checkRule}, {lintRule}, {checkChannelConfig}, {maskChannelConfig}] = await Promise.all([
    import('../lib/alerts/check-rule.js'),
    import('../lib/alerts/lint-rule.js'),
    import('../lib/notify/check-config.js'),
    import('../lib/notify/mask-config.js'),
  ])
  const options = {
    everyMs: alerts.interval,
    checkChannel: (channel: string, config: unknown) => checkChannelConfig(channel, unmasked(config)),
  }
  return {
    check: (written) => checkRule(written, options),
    warnings: lintRule,
    mask: ({notification_channel: channel = 'console', notification_config: config}: WrittenRule) =>
      typeof config === 'object' && config !== null ? maskChannelConfig(channel, config) : {},
  }
}

/** Says which names of fields in a rule that was made by hand are likely slips: such a rule never matches, in silence. */
export async function warnOfFields(
  {config, talk}: Pick<Context, 'config' | 'talk'>,
  written: WrittenRule,
): Promise<void> {
  const [{checkRule}, {fieldWarnings}] = await Promise.all([
    import('../lib/alerts/check-rule.js'),
    import('../lib/alerts/lint-rule.js'),
  ])
  const {rule} = checkRule(written, {everyMs: config.alerts.interval})
  for (const warning of rule === undefined ? [] : fieldWarnings(rule)) talk.warn(warning)
}

/** An exported rule has `***` for its secrets, which stands for what the database knows: that much is no mistake. */
function unmasked(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('***', 'x')
  if (Array.isArray(value)) return value.map(unmasked)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unmasked(one)]))
}
