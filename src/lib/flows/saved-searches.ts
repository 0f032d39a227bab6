// Searches kept under a name: one readable file each in the data directory, replaced as a whole.

import {mkdir, readdir, readFile, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {nearMatch} from '../config/near-match.js'
import {LogflowError} from '../errors/logflow-error.js'
import {replaceFile} from '../sources/replace-file.js'

/** A search as it was typed. */
export interface SavedSearch {
  query?: string
  /** Flags by name, those alone that were given. */
  flags: Record<string, FlagValue>
}

export type FlagValue = string | number | boolean | string[]

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** The name in `@NAME`; `undefined` for a query text. */
export function savedName(query: string | undefined): string | undefined {
  return /^@[^\s:]+$/.test(query?.trim() ?? '') ? query?.trim().slice(1) : undefined
}

export class SavedSearches {
  readonly #folder: string

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'searches')
  }

  /** Keeps a search under a name; returns whether another was there before. */
  async save(name: string, search: SavedSearch): Promise<boolean> {
    if (!NAME.test(name))
      throw new LogflowError('USAGE', `${JSON.stringify(name)} is no name for a search`, {
        suggestions: ['Use letters, digits, - and _, 64 at most'],
      })
    await mkdir(this.#folder, {recursive: true})
    const before = (await this.names()).includes(name)
    const path = this.#pathOf(name)
    const temporary = `${path}.${process.pid}.tmp`
    await replaceFile(path, `${JSON.stringify(search, undefined, 2)}\n`, {temporary, mode: 0o600})
    return before
  }

  async read(name: string): Promise<SavedSearch> {
    const names = await this.names()
    if (!names.includes(name)) throw unknown(name, names)
    const path = this.#pathOf(name)
    try {
      return asSearch(JSON.parse(await readFile(path, 'utf8')))
    } catch (cause) {
      throw new LogflowError('FILE_UNREADABLE', `the saved search in ${path} cannot be read`, {
        cause,
        suggestions: [`logflow searches delete ${name}`],
      })
    }
  }

  /** Names in their order. */
  async names(): Promise<string[]> {
    const files = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length))
    return names.filter((name) => NAME.test(name)).sort()
  }

  async delete(name: string): Promise<void> {
    const names = await this.names()
    if (!names.includes(name)) throw unknown(name, names)
    await rm(this.#pathOf(name))
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.json`)
  }
}

function asSearch(value: unknown): SavedSearch {
  const {query, flags} = value as SavedSearch
  if ((query !== undefined && typeof query !== 'string') || typeof flags !== 'object' || flags === null)
    throw new Error('it holds something else')
  return {...(query === undefined ? {} : {query}), flags}
}

function unknown(name: string, names: string[]): LogflowError {
  const near = nearMatch(name, names)
  return new LogflowError('USAGE', `no search was saved as ${JSON.stringify(name)}`, {
    suggestions: near
      ? [`logflow search @${near}`]
      : [names.length > 0 ? 'logflow searches list' : `logflow search QUERY --save ${NAME.test(name) ? name : 'NAME'}`],
  })
}
