import type {Command} from '@oclif/core'
import {COMMANDS as LOADERS} from './registry.js'

/** Every command's class by id: for making the manifest and for checks over all of them. */
export async function loadAll(): Promise<Record<string, typeof Command>> {
  const entries = Object.entries(LOADERS).map(async ([id, load]) => [id, (await load()).default] as const)
  return Object.fromEntries(await Promise.all(entries)) as Record<string, typeof Command>
}
