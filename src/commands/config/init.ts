import {Command, Flags} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {initConfigFile} from '../../lib/config/write-config-file.js'

export default class ConfigInit extends Command {
  static override summary = 'Write a configuration file to start from'
  static override description = 'Every setting is in it, explained and commented out.'
  static override examples = ['<%= config.bin %> config init', '<%= config.bin %> config init --force']
  static override flags = {force: Flags.boolean({description: 'Replace a file that is there'}), ...globalFlags}

  async run(): Promise<void> {
    const {flags} = await this.parse(ConfigInit)
    const context = await openContext({...flags, 'config-may-be-missing': true, 'config-may-be-broken': flags.force})
    const {path} = context.config.files
    initConfigFile(path, {force: flags.force})
    await showResult(context, {path}, () => `wrote ${path}\n`)
  }
}
