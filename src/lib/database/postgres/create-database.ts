import {explainPostgres, isDuplicate} from './errors.js'
import {locationOf, openPool, type PoolOptions} from './pool.js'

/** Makes the database that the URL names, from the one that every server has; the user must be allowed to. */
export async function createDatabase(options: Pick<PoolOptions, 'url' | 'password'>): Promise<void> {
  const {url, password} = options
  const [, name = ''] = /^[a-z]+:\/\/[^/?]*\/([^?]*)/i.exec(url) ?? []
  const maintenance = url.replace(/^([a-z]+:\/\/[^/?]*)(\/[^?]*)?/i, '$1/postgres')
  const pool = await openPool({url: maintenance, ...(password === undefined ? {} : {password}), size: 1})
  try {
    await pool.query(`create database "${decodeURIComponent(name).replaceAll('"', '""')}"`)
  } catch (error) {
    // Where another process was faster, what was wanted is there.
    if (!isDuplicate(error)) throw explainPostgres(error, locationOf(url))
  } finally {
    await pool.end()
  }
}
