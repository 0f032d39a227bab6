import {Config, type Interfaces} from '@oclif/core'
import {COMMANDS, TOPICS} from './registry.js'
import type {Package} from './run.js'

/**
 * oclif's Config over our registry and the manifest that the build made, with no plugin to look for on disk:
 * finding and reading plugins is most of what oclif does at start.
 */
export async function openOclif({root, pjson, manifest}: Package): Promise<Config> {
  const commands = Object.values(manifest.commands).map((cached) => ({
    ...structuredClone(cached),
    pluginAlias: pjson.name,
    pluginName: pjson.name,
    pluginType: 'core',
    load: async () => (await COMMANDS[cached.id]?.())?.default,
  }))
  const plugin = {
    name: pjson.name,
    alias: pjson.name,
    version: pjson.version,
    type: 'core',
    root,
    pjson,
    isRoot: true,
    valid: true,
    hooks: {},
    moduleType: 'module',
    hasManifest: true,
    commandIDs: Object.keys(manifest.commands),
    commands,
    topics: Object.entries(TOPICS).map(([name, {description}]) => ({name, description})),
  } as unknown as Interfaces.Plugin
  const config = new Config({root, pjson: pjson as never, plugins: new Map([[plugin.name, plugin]]) as never})
  await config.load()
  return config
}
