import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags, requiredArgument} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {masked} from '../../lib/config/settings.js'
import {setInConfigFile, settingOf} from '../../lib/config/write-config-file.js'

export default class ConfigSet extends Command {
  static override summary = 'Set one setting in the configuration file'
  static override description =
    'Comments in the file are kept. With --profile the setting goes into that profile, which is made where it is missing.'
  static override examples = [
    '<%= config.bin %> config set kafka.brokers localhost:9092,localhost:9093',
    '<%= config.bin %> config set bus kafka --profile cluster',
  ]
  static override args = {
    key: requiredArgument({description: 'Name of the setting: kafka.brokers'}),
    value: requiredArgument({description: 'Its value; lists are separated by commas'}),
  }
  static override flags = globalFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ConfigSet)
    const {profile, ...others} = flags
    const context = await openContext({...others, 'config-may-be-missing': true})
    const spec = settingOf(args.key)
    const {path} = context.config.files
    await setInConfigFile(path, spec.key, args.value, profile)
    const result = {path, key: spec.key, value: masked(spec, args.value), ...(profile ? {profile} : {})}
    await showResult(context, result, () => `${spec.key} is now ${result.value} in ${path}\n`)
  }
}
