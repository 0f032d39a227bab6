import {Command} from '@oclif/core'
import {openContext} from '../../cli/context.js'
import {globalFlags, requiredArgument} from '../../cli/global-flags.js'
import {showResult} from '../../cli/show-result.js'
import {scenarioOf} from '../../lib/generate/incidents/scenarios.js'
import {wrapTo} from '../../lib/output/text-width.js'

export default class GenerateDescribe extends Command {
  static override summary = 'Tell what happens in an incident, and what only looks alarming'
  static override description =
    'What breaks, what follows from it in other services, what is harmless beside it, and the command that lets it happen.'
  static override examples = ['<%= config.bin %> generate describe slow-db']
  static override args = {scenario: requiredArgument({description: 'Its name: see generate list'})}
  static override flags = globalFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(GenerateDescribe)
    const context = await openContext(flags)
    const {name, summary, story, services} = scenarioOf(args.scenario)
    const run = `logflow generate --duration 10m --scenario ${name}@3m+4m --truth truth.jsonl --to bus`
    const width = Math.min(context.screen.width, 100)
    await showResult(context, {scenario: name, summary, story, services, run}, () =>
      [summary, '', ...wrapTo(story, width), '', `in trouble: ${services.join(', ')}`, '', `  ${run}`, ''].join('\n'),
    )
  }
}
