import {Command, Flags} from '@oclif/core'
import {alertScreen, forPeople} from '../../cli/alert-parts.js'
import {openContext} from '../../cli/context.js'
import {globalFlags, listArgument} from '../../cli/global-flags.js'
import {callerHere} from '../../cli/local-caller.js'
import {UsageError} from '../../cli/show-error.js'
import {showResult, showRows} from '../../cli/show-result.js'
import {checkMatchers, readMatchers, silenceTimes} from '../../cli/silence-words.js'
import {zoneFlag} from '../../cli/zone-flag.js'
import {openApp} from '../../lib/compose.js'
import {allRules} from '../../lib/flows/alerts/apply-rules.js'
import {silenceColumns, silenceText} from '../../lib/output/alerts-view.js'

export default class AlertsSilence extends Command {
  static override summary = 'Tell nobody of some alerts for a while'
  static override description =
    'An alert is silenced where each of these is its own: rule, severity, a label, or a field it is grouped by. It opens and resolves all the same, and is shown as silenced; nobody is told. --list shows the silences, --end ends one.'
  static override examples = [
    `<%= config.bin %> alerts silence rule='High error rate' service=payment --for 2h --comment 'issuer maintenance'`,
    '<%= config.bin %> alerts silence team=shop --from 22:00 --until 23:30',
    '<%= config.bin %> alerts silence --list',
    '<%= config.bin %> alerts silence --end 8c1d22ab',
  ]
  static override args = {matchers: listArgument({description: 'What is silenced: rule=NAME, service=payment, …'})}
  static override flags = {
    for: Flags.string({description: 'How long', helpValue: 'DURATION', exclusive: ['until']}),
    until: Flags.string({description: 'Until when', helpValue: 'TIME'}),
    from: Flags.string({description: 'From when; now unless given', helpValue: 'TIME'}),
    comment: Flags.string({description: 'Why, for others', helpValue: 'TEXT'}),
    list: Flags.boolean({description: 'List those that have not ended', exclusive: ['for', 'until', 'from', 'end']}),
    all: Flags.boolean({description: 'List those that have ended, too', dependsOn: ['list']}),
    end: Flags.string({
      description: 'End this one now: its id, or its beginning',
      helpValue: 'ID',
      exclusive: ['for', 'until', 'from'],
    }),
    timezone: zoneFlag,
    ...globalFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AlertsSilence)
    const context = await openContext(flags)
    const view = alertScreen(context, flags)
    const given = args.matchers ?? []
    if ((flags.list || flags.end !== undefined) && given.length > 0) {
      throw new UsageError(`${flags.list ? '--list' : '--end'} takes no ${JSON.stringify(given[0])}`)
    }
    const made =
      flags.list || flags.end !== undefined ? undefined : {matchers: readMatchers(given), ...silenceTimes(flags, view)}
    await using app = openApp(context.config, context.talk.detail)
    const alerts = await app.alerts()
    if (flags.list) {
      const silences = await alerts.listSilences(callerHere(), flags.all)
      if (silences.length === 0) context.talk.note('nothing is silenced')
      if (silences.length > 0 || !forPeople(context)) await showRows(context, silences, silenceColumns(view))
      return
    }
    if (flags.end !== undefined) {
      const ended = await alerts.endSilence(callerHere(), flags.end)
      return showResult(context, ended, () => `ended ${ended.id.slice(0, 8)}\n`)
    }
    if (made === undefined) return
    const {matchers, notes} = checkMatchers(made.matchers, await allRules(alerts, callerHere()))
    for (const note of notes) context.talk.note(note)
    const comment = flags.comment === undefined ? {} : {comment: flags.comment}
    const silence = await alerts.silence(callerHere(), {...made, matchers, ...comment})
    await showResult(context, silence, () => `${silenceText(silence, view)}   id ${silence.id.slice(0, 8)}\n`)
  }
}
