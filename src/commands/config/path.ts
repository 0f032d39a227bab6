import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'

export default class ConfigPath extends Command {
  static override summary = 'Say where the configuration file is looked for'
  static override examples = ['<%= config.bin %> config path', '<%= config.bin %> config path --json']
  static override flags = globalFlags

  async run(): Promise<void> {
    const {flags} = await this.parse(ConfigPath)
    const context = await openContext({...flags, 'config-may-be-missing': true})
    const {path, exists} = context.config.files
    await showResult(
      context,
      {path, exists},
      () => `${path}${exists ? '' : '  (not there yet: logflow config init)'}\n`,
    )
  }
}
