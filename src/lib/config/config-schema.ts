import {SETTINGS, type SettingSpec} from './settings.js'

export type Schema = {[key: string]: unknown; properties?: Record<string, Schema>}

/** JSON Schema of a config file, made from the table of settings. */
export function configSchema(): Schema {
  const settings = (): Schema => {
    const root = group()
    for (const spec of SETTINGS) {
      const parts = spec.key.split('.')
      const last = parts.pop() as string
      let at = root
      for (const part of parts) {
        const properties = at.properties as Record<string, Schema>
        properties[part] ??= group()
        at = properties[part]
      }
      ;(at.properties as Record<string, Schema>)[last] = {...valueSchema(spec), description: spec.describe}
    }
    return root
  }
  const root = settings()
  Object.assign(root.properties as Record<string, Schema>, {
    profile: {type: 'string'},
    profiles: {type: ['object', 'null'], additionalProperties: settings()},
  })
  return root
}

function group(): Schema {
  return {type: ['object', 'null'], additionalProperties: false, properties: {}}
}

function valueSchema(spec: SettingSpec): Schema {
  switch (spec.type) {
    case 'list':
      return {type: ['string', 'array', 'null'], items: {type: ['string', 'number']}}
    case 'boolean':
      return {type: ['boolean', 'string', 'null']}
    case 'integer':
      return {type: ['integer', 'string', 'null']}
    default:
      return {type: ['string', 'number', 'boolean', 'null']}
  }
}
