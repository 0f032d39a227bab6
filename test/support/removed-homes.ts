import {rmSync} from 'node:fs'
import {afterAll} from 'vitest'
import {emptyHome} from './run-logflow.js'

/** Makes homes that are gone when the tests of a file have ended. Call it once a file, outside its tests. */
export function removedHomes(): () => string {
  const homes: string[] = []
  afterAll(() => {
    for (const home of homes) rmSync(home, {recursive: true, force: true})
  })
  return () => {
    const home = emptyHome()
    homes.push(home)
    return home
  }
}
