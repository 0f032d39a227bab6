import type {Talk} from './context.js'

/** Between two signs of life, ms. */
const SAY_EVERY_MS = 2_000

/** Notes for a person at a terminal while something takes its time: of all that could be said, one every two seconds. */
export function nowAndThen({screen, note}: Talk): (text: () => string) => void {
  let said = performance.now()
  return (text) => {
    if (!screen.isTerminal || performance.now() - said < SAY_EVERY_MS) return
    said = performance.now()
    note(text())
  }
}
