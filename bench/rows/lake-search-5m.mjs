import {run as ask} from './lake-search.mjs'

export const title = 'ten questions to the embedded store, five million records'

const RECORDS = 5_000_000

/** What grows with the store, and what does not: the questions of lake-search, whatever --records says. */
export async function run(context) {
  const {figures, leftOut} = await ask({...context, records: RECORDS, corpus: () => context.corpus(RECORDS)})
  return {figures: figures.map((each) => ({...each, figure: `${each.figure}, 5 M records`})), leftOut}
}
