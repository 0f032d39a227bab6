import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {busFlags, globalFlags, requiredArgument, storeFlags} from '../../cli/global-flags.js'
import {originText} from '../../cli/setting-text.js'
import {showResult} from '../../cli/show-result.js'
import {settingOf} from '../../lib/config/write-config-file.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'

export default class ConfigGet extends Command {
  static override summary = 'Print the value of one setting'
  static override description = 'Exits with status 1 when it has none. Secrets are masked.'
  static override examples = ['<%= config.bin %> config get bus', '<%= config.bin %> config get kafka.brokers --json']
  static override args = {key: requiredArgument({description: 'Name of the setting: kafka.brokers'})}
  static override flags = {...busFlags, ...storeFlags, ...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ConfigGet)
    const context = await openContext(flags)
    const {key} = settingOf(args.key)
    const setting = context.config.settings.find((one) => one.key === key)
    if (setting?.value === undefined) throw new LogflowError('NO_MATCH', `${key} is not set`)
    const {value, origin} = setting
    await showResult(context, {key, value, from: originText(origin)}, () => `${String(value)}\n`)
  }
}
