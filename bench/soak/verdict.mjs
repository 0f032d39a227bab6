// Is memory flat? Samples of resident memory while a load stays the same.

/** Of the run, that is left out: caches fill, the engine compiles. */
const WARM_UP = 0.4
/** Growth over the rest that is taken for noise, as a part of the memory, and never less than so many bytes. */
const NOISE = 0.1
const NOISE_BYTES = 20e6
/** What follows the warm-up has to last so many seconds to tell anything. */
const LEAST = 120

/**
 * @param samples `[seconds since the beginning, bytes]`
 * @returns memory at the begin and the end of a straight line through what follows the warm-up, and whether that is flat:
 * `undefined` where the run is too short to tell
 */
export function memoryVerdict(samples) {
  const last = samples.at(-1)[0]
  const rest = samples.filter(([seconds]) => seconds >= last * WARM_UP)
  const {slope, at} = lineThrough(rest)
  const [from, to] = [at(last * WARM_UP), at(last)]
  const highest = Math.max(...samples.map(([, bytes]) => bytes))
  const flat = last * (1 - WARM_UP) < LEAST ? undefined : to - from <= Math.max(NOISE_BYTES, NOISE * from)
  return {from, to, perMinute: slope * 60, highest, flat}
}

/** Least squares. */
function lineThrough(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean(([seconds]) => seconds), mean(([, bytes]) => bytes)]
  const above = mean(([seconds, bytes]) => (seconds - x) * (bytes - y))
  const below = mean(([seconds]) => (seconds - x) ** 2)
  const slope = below === 0 ? 0 : above / below
  return {slope, at: (seconds) => y + slope * (seconds - x)}
}

/** What users may meet by what is away: a status that is not here, or no answer at all, is a fault. */
const EXPECTED = {
  nothing: {},
  redis: {},
  // Who posts is looked up in the database: 503 says to come back.
  postgres: {post: [503]},
}

/** @param counts requests by `<what is away> <kind> <status or error>` */
export function faultsOf(counts) {
  return [...counts].flatMap(([key, count]) => {
    const [away, kind, status] = key.split(' ')
    const isGood = /^2\d\d$/.test(status) || EXPECTED[away]?.[kind]?.includes(Number(status))
    return isGood ? [] : [`${count} × ${kind} answered ${status} while ${away} was away`]
  })
}
