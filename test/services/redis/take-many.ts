// A server process of its own for redis.test.ts: takes COUNT requests of one limit and prints how many got through.
import {MemoryLimiter} from '../../../src/lib/cache/memory/memory-limiter.js'
import {RedisLimiter} from '../../../src/lib/cache/redis/redis-limiter.js'
import {RedisLink} from '../../../src/lib/cache/redis/redis-link.js'

const [url, key, limit, count] = process.argv.slice(2) as [string, string, string, string]
const link = await RedisLink.open({url, commandMs: 30_000})
if (!link.available) throw new Error('Redis is not there')
const limiter = new RedisLimiter(link, new MemoryLimiter())
let through = 0
const takeOne = async () => {
  const {allowed} = await limiter.take(key, {limit: Number(limit), windowMs: 3_600_000})
  if (allowed) through += 1
}
for (let taken = 0; taken < Number(count); taken += 20) await Promise.all(Array.from({length: 20}, takeOne))
await limiter.close()
process.stdout.write(`${through}\n`)
