import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags, requiredArgument} from '../../cli/global-flags.js'
import {showResultIfAsked} from '../../cli/show-result.js'
import {SavedSearches} from '../../lib/flows/saved-searches.js'

export default class SearchesDelete extends Command {
  static override summary = 'Delete a saved search'
  static override examples = ['<%= config.bin %> searches delete trouble']
  static override args = {name: requiredArgument({description: 'Its name, with or without the @'})}
  static override flags = {...globalFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(SearchesDelete)
    const context = await openContext(flags)
    const name = args.name.replace(/^@/, '')
    await new SavedSearches(context.config.dataDir).delete(name)
    context.talk.note(`@${name} deleted`)
    await showResultIfAsked(context, {deleted: name})
  }
}
