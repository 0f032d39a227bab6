/** oclif's manifest: what help needs to know of every command without loading it. */
export interface Manifest {
  version: string
  commands: Record<string, ManifestCommand>
}

export interface ManifestCommand {
  id: string
  summary?: string
  description?: string
  examples?: string[]
  aliases: string[]
  args: Record<string, unknown>
  flags: Record<string, {name: string; char?: string; description?: string; type: 'boolean' | 'option'}>
  [property: string]: unknown
}
