import type {Alerts} from '../../lib/alerts/alerts.js'
import type {Bus} from '../../lib/bus/bus.js'
import type {FoundTrace} from '../../lib/flows/find-trace.js'
import type {AskRecords} from '../../lib/flows/search-records.js'
import type {Arrivals} from '../../lib/flows/tail-arrivals.js'
import type {TailEvent} from '../../lib/flows/tail-records.js'
import type {Store} from '../../lib/store/store.js'
import type {Message} from '../../lib/tui/message.js'
import type {PromptPurpose} from '../../lib/tui/modes/prompt.js'
import type {State} from '../../lib/tui/state.js'
import type {Player} from './player.js'

/** What the live screen works with. */
export interface LiveParts {
  events: AsyncIterable<TailEvent>
  arrivals: Arrivals
  /** Absent where plain files are watched: nobody has rules about them. */
  alerts?: () => Promise<Alerts>
  /** Asks for stored records; where plain files are watched, for those that were read. */
  ask: AskRecords
  /** Where records are asked for that do not arrive; absent where plain files are watched. */
  store?: () => Promise<Store>
  /** Where lines wait to be processed, and what could not be; absent where plain files are watched. */
  pipeline?: {bus: () => Promise<Bus>; topic: string; group: string}
  /** What is stored of a trace; absent where plain files are watched: what was read of it is all there is. */
  findTrace?(id: string): Promise<FoundTrace>
  /** What goes to the terminal itself: the request to put a text on the clipboard. */
  write(text: string): void
  /** Stops the process until the shell lets it go on. */
  suspend(): void
  now(): number
  /** Keeps a line that was typed at a prompt for later sessions. */
  remember(purpose: PromptPurpose, line: string): void
}

/** The live screen as its effects and watches see it. */
export interface Live {
  readonly parts: LiveParts
  readonly player: Player
  /** Aborts when the user has left. */
  readonly ended: AbortSignal
  state(): State
  tell(message: Message): void
  leave(): void
}
