import {randomUUID} from 'node:crypto'
import {Command, Flags} from '@oclif/core'
import {type Context, openContext} from '../../cli/context.js'
import {argument, globalFlags} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {ruleOfFile} from '../../cli/rule-of-file.js'
import {UsageError} from '../../cli/show-error.js'
import {showResult} from '../../cli/show-result.js'
import type {NoticeTest} from '../../lib/alerts/alerts.js'
import {readRule} from '../../lib/alerts/check-rule.js'
import {openApp} from '../../lib/compose.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {openChannels} from '../../lib/notify/channels.js'
import {checkChannelConfig} from '../../lib/notify/check-config.js'
import {sendTestNotice} from '../../lib/notify/test-notice.js'
import {noticeTestText} from '../../lib/output/notice-test-view.js'

export default class AlertsNotifyTest extends Command {
  static override summary = 'Send a test notice where the notices of a rule go, and see what comes back'
  static override description =
    'The notice says that it is a test. It is sent once: from where the rule is kept, so that against a server the server sends it; with --file from here. Variables that the rule names (LOGFLOW_ALERT_…) are those of where it is sent from. Exits with 1 where the destination did not take it.'
  static override examples = [
    `<%= config.bin %> alerts notify-test 'High error rate'`,
    '<%= config.bin %> alerts notify-test --file rules/error-rate.yaml',
  ]
  static override args = {rule: argument({description: 'Name or id of a rule; of one in --file where it has several'})}
  static override flags = {
    file: Flags.string({
      description: 'The rule of this file, which need not be known to anybody yet',
      helpValue: 'FILE',
    }),
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsNotifyTest)
    const context = await openContext(flags)
    const result =
      flags.file === undefined ? await testKept(context, args.rule) : await testFile(context, flags.file, args.rule)
    await showResult(context, result, () => noticeTestText(result, context.screen))
    if (!result.sent) throw new LogflowError('TEST_FAILED', `the test notice of ${result.rule} did not arrive`)
  }
}

async function testKept({config, talk}: Context, which: string | undefined): Promise<NoticeTest> {
  if (which === undefined) throw new UsageError('name a rule, or give --file with one', ['logflow alerts list'])
  await using app = openApp(config, talk.detail)
  // Not before it is done may the app be closed.
  return await (await app.alerts()).notifyTest(callerHere(), which)
}

async function testFile(
  {config: {alerts}, signal}: Context,
  file: string,
  name: string | undefined,
): Promise<NoticeTest> {
  const options = {everyMs: alerts.interval, checkChannel: checkChannelConfig}
  const {rule} = await ruleOfFile(file, name, (written) => readRule(written, options))
  const parts = {channels: openChannels({alerts}), newId: randomUUID, now: () => new Date(), signal}
  return sendTestNotice({id: rule.name, rule, trusted: true}, parts)
}
