import {expect, test} from 'vitest'
import {unknownField} from '../../../src/lib/flows/unknown-field.js'
import {parseQuery} from '../../../src/lib/query/parse-query.js'
import {pipeline, process, send} from './tail-parts.js'

test('only what must be there for a record to match is said to be unknown', async () => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 1)
  await process(bus, store)
  const unknown = (text: string) => unknownField(store, parseQuery(text))
  expect(await unknown('servic:payment app')).toEqual({asked: 'servic', nearest: 'service'})
  expect(await unknown('servic:payment OR servic:orders')).toEqual({asked: 'servic', nearest: 'service'})
  expect(await unknown('servic:payment OR app')).toBeUndefined()
  expect(await unknown('id:nowhere')).toBeUndefined()
  expect(await unknown('-servic:payment nowhere')).toBeUndefined()
})
