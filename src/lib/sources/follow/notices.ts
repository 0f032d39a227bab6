/** What a person should know of the files that are followed. Paths may hold control characters. */
export type FollowNotice =
  | {kind: 'following'; files: number}
  | {kind: 'new-file'; path: string}
  /** `to` is the new name, where it was found. */
  | {kind: 'rotated'; path: string; to?: string}
  /** The file was cut or written anew after `readTo` bytes of it were read; `lost` more are known to be gone unread. */
  | {kind: 'truncated'; path: string; readTo: number; lost: number}
  | {kind: 'gone'; path: string}
  | {kind: 'unreadable'; path: string; reason: string}
  | {kind: 'readable'; path: string}
  /** Another process follows it. */
  | {kind: 'held'; path: string}
  | {kind: 'skipped'; path: string; reason: string}
