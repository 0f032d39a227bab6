import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {busFlags, globalFlags, storeFlags} from '../../cli/global-flags.js'
import {originText, shownValue} from '../../cli/setting-text.js'
import {showRows} from '../../cli/show-result.js'

export default class ConfigList extends Command {
  static override summary = 'List every setting, its value, and where that comes from'
  static override description =
    'A flag beats the environment, that a profile, that the file, that the default. Secrets are masked.'
  static override examples = ['<%= config.bin %> config list', '<%= config.bin %> config list -o json']
  static override flags = {...busFlags, ...storeFlags, ...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(ConfigList)
    const context = await openContext(flags)
    const rows = context.config.settings.map(({key, value, origin}) => ({
      key,
      value: context.format === 'json' || context.format === 'jsonl' ? value : shownValue(key, value),
      from: originText(origin),
    }))
    await showRows(context, rows, [{title: 'key'}, {title: 'value', least: 16}, {title: 'from', least: 16}])
  }
}
