// `${LOGFLOW_ALERT_NAME}` in a rule's notification_config: a secret that stays out of rules, files and the database. It
// is read when a notice is sent.

const VARIABLE = /\$\{(LOGFLOW_ALERT_[A-Z0-9_]+)\}/g

/** Environment variables that rules may name, by name. */
export type Variables = ReadonlyMap<string, string>

/** A variable that is not set in the environment of the engine. */
export class VariableNotSet extends Error {}

/** The text with each variable replaced; throws {@link VariableNotSet}. */
export function withVariables(text: string, variables: Variables): string {
  return text.replace(VARIABLE, (_, name: string) => {
    const value = variables.get(name)
    if (value === undefined || value === '') throw new VariableNotSet(`the environment variable ${name} is not set`)
    return value
  })
}

/** Every name of a variable in a text. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map((match) => match[1] as string)
}

/** The text is one variable and nothing else. */
export function isVariable(text: string): boolean {
  return text.replace(VARIABLE, '') === '' && variablesIn(text).length === 1
}

/** `${…}` that is no variable of ours: one that would be sent as it stands. */
export function strangeVariable(text: string): string | undefined {
  return /\$\{[^}]*\}?/.exec(text.replace(VARIABLE, ''))?.[0]
}
