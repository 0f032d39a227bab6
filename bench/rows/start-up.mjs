import {startUp} from '../measure.mjs'
import {alternate, median} from '../statistics.mjs'

export const title = 'start of a new process against bare node'

const ROUNDS = 20

export async function run({logflow: [node, bin]}) {
  const version = () => startUp(node, [bin, '--version'], (out) => /^logflow\/\d/.test(out)).ms
  const help = () => startUp(node, [bin, 'search', '--help'], (out) => out.includes('USAGE')).ms
  const bare = () => startUp(node, ['-e', '0']).ms
  // The first start of a build writes its code cache.
  version()
  help()
  const [versions, helps, bares] = await alternate(ROUNDS, version, help, bare)
  const peer = {name: 'node -e 0', ...spread(bares)}
  return {
    figures: [over('--version', spread(versions), peer, 15), over('search --help', spread(helps), peer, 80)],
  }
}

function over(figure, ours, peer, allowed) {
  const ms = ours.value - peer.value
  return {figure, unit: 'ms', ours, peer, aim: {text: `≤ ${allowed} ms over it: ${ms.toFixed(0)}`, met: ms <= allowed}}
}

function spread(times) {
  return {value: median(times), low: Math.min(...times), high: Math.max(...times)}
}
