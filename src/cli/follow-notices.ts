import {formatBytes, plural} from '../lib/output/numbers.js'
import type {FollowNotice} from '../lib/sources/follow/notices.js'
import type {Talk} from './context.js'

/** Tells a person what happens to the files that are followed: what is lost always. */
export function showFollowNotice(talk: Talk): (notice: FollowNotice) => void {
  return (notice) => {
    switch (notice.kind) {
      case 'following':
        return talk.note(`── following ${plural(notice.files, 'file')}; Ctrl-C ends ──`)
      case 'new-file':
        return talk.note(`new file: ${notice.path}`)
      case 'rotated':
        return talk.note(`rotated: ${notice.path}${notice.to === undefined ? '' : ` → ${notice.to}`}`)
      case 'truncated':
        return talk.warn(truncated(notice))
      case 'gone':
        return talk.note(`gone: ${notice.path}`)
      case 'unreadable':
        return talk.warn(`waiting: ${notice.reason}`)
      case 'readable':
        return talk.note(`readable again: ${notice.path}`)
      case 'held':
        return talk.note(`another process follows ${notice.path}; waiting for it to end`)
      case 'skipped':
        return talk.note(`skipped: ${notice.reason}`)
    }
  }
}

function truncated({path, readTo, lost}: Extract<FollowNotice, {kind: 'truncated'}>): string {
  const gap = lost > 0 ? `gap: ${formatBytes(lost)} of it were not read` : 'a gap if it had more'
  return `truncated: ${path}, read up to byte ${readTo}; ${gap}`
}
