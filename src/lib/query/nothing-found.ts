/** Why a search found nothing: how much there is at all, and the nearest thing that would match. */
export interface NothingFound {
  /** Records in what was searched. */
  total: number
  /** Plain files were searched, not the store. */
  files?: boolean
  /** Records that match when the times are left out, where times were given. */
  anyTime?: number
  /** Newest event time in the store, RFC 3339. */
  newest?: string
  /** A service that was asked for and is not there, with the nearest one that is. */
  unknownService?: {asked: string; nearest?: string}
  /** A name that is no field of the record and no attribute, with the nearest attribute there is. */
  unknownField?: {asked: string; nearest?: string}
  /** An id that was asked for and is only the beginning of one. */
  beginning?: string
}
