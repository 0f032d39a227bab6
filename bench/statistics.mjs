export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** What several runs of one process come to: medians, and the highest memory. */
export function summary(runs, toValue) {
  const values = runs.map(toValue)
  return {
    value: median(values),
    low: Math.min(...values),
    high: Math.max(...values),
    cpu: median(runs.map((run) => run.cpu ?? 0)),
    rss: Math.max(...runs.map((run) => run.rss ?? 0)),
  }
}

/** Calls each of the functions once a round, for so many rounds, and returns what each gave: neighbours in time. */
export async function alternate(rounds, ...functions) {
  const results = functions.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, work] of functions.entries()) results[i].push(await work(round))
  }
  return results
}
