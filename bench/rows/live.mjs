import {existsSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {isInstalled, startUp} from '../measure.mjs'
import {PseudoTerminal, piped, quoted, usedBy} from '../pseudo-terminal.mjs'
import {median} from '../statistics.mjs'

export const title = 'the live screen: CPU, records counted, first paint, key to frame'

const SHOWN = {rate: 5_000, seconds: 10, share: 30}
const RECEIVED = {rate: 20_000, records: 200_000}
const PAINT_MS = 700
const KEY = {presses: 100, ms: 50}
const FRAMES = 30
const WARM_MS = 4_000

export function missing() {
  if (!existsSync('/proc/self/stat')) return 'no /proc'
  return isInstalled('script') && isInstalled('stty') ? undefined : 'script(1) is not installed'
}

/** Made-up lines through a pipe into a screen of 130 by 40, in a pseudo-terminal. */
export async function run({logflow, runs, folder, onEnd, root}) {
  const home = folder('live')
  mkdirSync(home, {recursive: true})
  const lines = join(home, 'lines.log')
  const made = ['generate', '--count', '100000', '--rate', String(SHOWN.rate), '--seed', '1', '--quiet', '--to', lines]
  startUp(logflow[0], [...logflow.slice(1), ...made], () => true, {HOME: home})
  const feed = [process.execPath, join(root, 'bench/feed.mjs'), lines]
  const env = {HOME: home, LANG: 'C.UTF-8', TZ: 'UTC'}
  const live = [...logflow, 'live']
  const leftOut = []

  const shown = await streamed([...live, '-'], SHOWN.rate, keysOfLive)
  const peer = isInstalled('less') ? await streamed(['less', '-f', '+F', '-'], SHOWN.rate) : undefined
  if (!peer) leftOut.push({what: 'less +F as the peer', why: 'less is not installed'})
  const received = await counted()
  const painted = []
  for (let at = 0; at < Math.max(3, runs); at++) painted.push(await firstPaint())
  const paint = {value: median(painted), low: Math.min(...painted), high: Math.max(...painted)}
  const {keys} = shown
  return {
    leftOut,
    figures: [
      {
        figure: `live, share of a core at ${SHOWN.rate}/s`,
        unit: '%',
        ours: {value: shown.share, rss: shown.rss},
        ...(peer ? {peer: {name: 'less +F, lines unread', value: peer.share, rss: peer.rss}} : {}),
        aim: {text: `< ${SHOWN.share}`, met: shown.share < SHOWN.share},
      },
      {
        figure: 'live, frames of it',
        unit: '/s',
        ours: {value: shown.frames},
        aim: {text: `≤ ${FRAMES}`, met: shown.frames <= FRAMES},
      },
      {
        figure: 'live, key to frame meanwhile, p95',
        unit: 'ms',
        ours: {value: at(keys, 0.95), low: at(keys, 0.5), high: at(keys, 0.99)},
        aim: {text: `< ${KEY.ms}`, met: at(keys, 0.95) < KEY.ms},
      },
      {
        figure: `live, ${RECEIVED.rate}/s, counted on the screen`,
        unit: 'records',
        ours: {value: received.records, rss: received.rss},
        aim: {text: `${RECEIVED.records}`, met: received.records === RECEIVED.records},
      },
      {figure: 'live, first paint', unit: 'ms', ours: paint, aim: {text: `< ${PAINT_MS}`, met: paint.value < PAINT_MS}},
    ],
  }

  async function open(command, rate, records) {
    const opened = await piped([...feed, String(rate), String(records)], command, {env, folder: home})
    onEnd(() => opened.terminal.end('q'))
    return opened
  }

  async function streamed(command, rate, press) {
    const {terminal, pid} = await open(command, rate, rate * 120)
    await wait(WARM_MS)
    const [before, frames, began] = [usedBy(pid), terminal.frames, performance.now()]
    await wait(SHOWN.seconds * 1_000)
    const seconds = (performance.now() - began) / 1_000
    const after = usedBy(pid)
    if (terminal.bytes < 10_000) throw new Error(`${command.join(' ')} drew hardly anything`)
    const keys = await press?.(terminal)
    await terminal.end(press ? 'q' : '\u0003q')
    return {
      share: ((after.cpu - before.cpu) / seconds) * 100,
      frames: (terminal.frames - frames) / seconds,
      rss: after.peak,
      keys,
    }
  }

  /** Up, which leaves the newest record, and back to it: each is told in the first line. */
  async function keysOfLive(terminal) {
    const times = []
    for (let press = 0; press < KEY.presses; press++) {
      await wait(40 + ((press * 37) % 90))
      const [key, answer] = press % 2 === 0 ? ['k', /below, f follows/] : ['f', /● following/]
      times.push(await terminal.press(key, answer))
    }
    return times.sort((a, b) => a - b)
  }

  async function counted() {
    const {rate, records} = RECEIVED
    const {terminal, pid} = await open([...live, '-'], rate, records)
    await terminal.shows(new RegExp(`${records.toLocaleString('en-US')} in all`))
    const {peak} = usedBy(pid)
    await terminal.end('q')
    return {records, rss: peak}
  }

  async function firstPaint() {
    const began = performance.now()
    const terminal = new PseudoTerminal(`exec ${quoted(live)}`, {env})
    onEnd(() => terminal.end('q'))
    const ms = await terminal.shows(/logflow live/, began)
    await terminal.end('q')
    return ms
  }
}

/** Of sorted numbers. */
function at(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
