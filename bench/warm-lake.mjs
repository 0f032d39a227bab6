// Asks an open embedded store the same question again and again: what a question costs without the start of a process.
// Bundled by rows/lake-search.mjs and run as `node warm-lake.cjs FOLDER QUESTIONS ROUNDS`; prints JSON, an entry a
// question: {answer, first, times}, in ms.

import {parseQuery} from '../src/lib/query/parse-query.ts'
import {openLake} from '../src/lib/store/lake/lake.ts'

const [dir, questions, rounds] = [process.argv[2], JSON.parse(process.argv[3]), Number(process.argv[4])]

async function ask(store, {query, since, until, limit, aggregate}) {
  const filter = {query: query === '' ? {kind: 'all'} : parseQuery(query), since, until}
  if (aggregate) return (await store.aggregate([{...filter, ...aggregate}]))[0]
  const found = []
  for await (const page of store.search({...filter, order: 'newest', limit})) found.push(...page)
  return found.reverse().map((record) => `${record['@timestamp']} ${record.message}`)
}

async function main() {
  const store = await openLake({dir})
  const results = []
  for (const question of questions) {
    const times = []
    let answer
    for (let round = 0; round <= rounds; round++) {
      const began = performance.now()
      answer = await ask(store, question)
      times.push(performance.now() - began)
    }
    const [first, ...others] = times
    results.push({answer, first, times: others})
  }
  await store.close()
  process.stdout.write(JSON.stringify(results))
}

main()
