import {expect, test} from 'vitest'
import {JOBS} from '../../src/cli/jobs.js'
import {COMMANDS} from '../../src/cli/registry.js'

test('every command and topic stands under one job of the help', () => {
  const firstWords = new Set(Object.keys(COMMANDS).map((id) => id.split(':')[0] as string))
  const listed = JOBS.flatMap(({names}) => names).filter((name) => name !== 'help')
  expect([...listed].sort()).toEqual([...firstWords].sort())
})
