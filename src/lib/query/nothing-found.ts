/** Why a search found nothing: how much there is at all, and the nearest thing that would match. */
export interface NothingFound {
  /** Records in the store. */
  total: number
  /** Records that match when the times are left out, where times were given. */
  anyTime?: number
  /** Newest event time in the store, RFC 3339. */
  newest?: string
  /** A service that was asked for and is not there, with the nearest one that is. */
  unknownService?: {asked: string; nearest?: string}
}
