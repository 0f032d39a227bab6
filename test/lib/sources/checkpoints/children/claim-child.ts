// A process that follows: claims a source, tells whether it got it, saves a checkpoint, and stays until it is killed.

import {openCheckpoints} from '../../../../../src/lib/sources/checkpoints/open-checkpoints.js'

const [dir, source, offset] = process.argv.slice(2) as [string, string, string]
const checkpoints = await openCheckpoints(dir, {now: () => new Date(), keepAgeMs: 1e12, onProblem: () => {}})
const claimed = await checkpoints.claim(source)
if (claimed) {
  const place = {path: `/var/log/${source}`, device: '1', inode: '2', line: 1}
  await checkpoints.save([{source, ...place, offset: Number(offset), updated: new Date().toISOString()}])
}
process.send?.({claimed, pid: process.pid})
setInterval(() => {}, 1_000)
