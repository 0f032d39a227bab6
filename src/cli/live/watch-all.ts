import type {Live} from './parts.js'
import {watchDeadLetters, watchPace, watchStore} from './pipeline-watch.js'
import {watchAlerts, watchLag} from './watches.js'

/** Everything that is looked at beside the stream, until the user has left. */
export function watchAll(live: Live): Array<Promise<void>> {
  return [watchLag(live), watchAlerts(live), watchPace(live), watchDeadLetters(live), watchStore(live)]
}
