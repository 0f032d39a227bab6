// Writes lines of a file to stdout at a pace, again and again until there are enough: feed.mjs FILE LINES_A_SECOND LINES

import {readFileSync} from 'node:fs'

const [file, rate, total] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
const began = performance.now()
let sent = 0

// A reader that is slower than the pace holds it up: what is behind is caught up with.
const timer = setInterval(() => {
  if (process.stdout.writableNeedDrain) return
  const due = Math.min(total, Math.floor(((performance.now() - began) / 1_000) * rate))
  let text = ''
  for (; sent < due; sent++) text += `${lines[sent % lines.length]}\n`
  if (text !== '') process.stdout.write(text)
  if (sent === total) clearInterval(timer)
}, 10)
// Who looked on has left.
process.stdout.on('error', () => process.exit(0))
