// Queries and what was typed, as a POSIX shell takes them back: for commands that are printed to be typed again.

/** One argument, whatever is in it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** The same as a command's argument, which is none of its flags though it begins with a dash. */
export function shellArgument(text: string): string {
  return text.startsWith('-') ? `-- ${shellQuoted(text)}` : shellWord(text)
}

/** One argument, left as it is where no shell would read anything into it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : shellQuoted(text)
}
