// Rules over the corpus of corpus.mjs, as an installation of many teams has them: by level, service, words, attributes, ids,
// and by patterns; windows of 1 to 15 minutes; one alert for all, or one for each service, host, status or path.

const SERVICES = ['gateway', 'catalogue', 'orders', 'auth', 'inventory', 'payment', 'search', 'mail']
const WINDOWS = [1, 2, 3, 5, 5, 10, 15]
const QUERIES = [
  '',
  'timeout OR refused',
  '"rate limit exceeded"',
  'http.status:>=500',
  'http.status:404 http.method:GET',
  'deadlock',
  'payment -captured',
  'duration_ms:>2000',
  'redeliver*',
  'http.path:/api/orders*',
  '/sku-[0-9]+ is sold out/',
  'host:payment-7d9f-*',
  'error.name:TimeoutError',
  'flibbertigibbet',
]
const GROUPS = [undefined, undefined, undefined, ['service'], ['host'], ['http.status'], ['service', 'level']]
const LEVELS = [undefined, ['error'], ['error', 'fatal'], ['warn', 'error']]

/** As they are written: {name, query, …}; different from each other, and always the same. */
export function alertRules(count) {
  return Array.from({length: count}, (_, i) => {
    const levels = LEVELS[i % LEVELS.length]
    const services = i % 3 === 0 ? [SERVICES[i % SERVICES.length]] : undefined
    const group = GROUPS[i % GROUPS.length]
    const query = QUERIES[i % QUERIES.length]
    return {
      name: `rule ${i}`,
      query: i % 2 === 0 ? `${query} -u${i}` : query,
      ...(levels ? {levels} : {}),
      ...(services ? {services} : {}),
      ...(group ? {group_by: group} : {}),
      ...(i % 11 === 0
        ? {measure: 'ratio', threshold: 0.05}
        : i % 17 === 0
          ? {measure: 'no_data'}
          : {threshold: i % 50}),
      time_window: WINDOWS[i % WINDOWS.length],
    }
  })
}
