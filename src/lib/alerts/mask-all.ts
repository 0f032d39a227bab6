import {BadRule} from './bad-rule.js'

const MASK = '***'
const VARIABLE = /^\$\{\w+\}$/

/** A notification_config with every text masked that is not the name of a variable. */
export function maskAll(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return mapTexts(config, (text) => (VARIABLE.test(text) ? text : MASK)) as Record<string, unknown>
}

/** A config that came back: each mask is what is kept at its place. Throws BAD_RULE where nothing is kept there. */
export function mergeMasks(
  kept: Readonly<Record<string, unknown>>,
  sent: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return mapTexts(sent, (text, path) => {
    if (text !== MASK) return text
    const there = path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), kept)
    if (there !== undefined) return there
    throw new BadRule(['notification_config', ...path], 'is masked, and there is nothing that the mask stands for')
  }) as Record<string, unknown>
}

function mapTexts(value: unknown, map: (text: string, path: string[]) => unknown, path: string[] = []): unknown {
  if (typeof value === 'string') return map(value, path)
  if (Array.isArray(value)) return value.map((each, i) => mapTexts(each, map, [...path, String(i)]))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, map, [...path, key])]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
