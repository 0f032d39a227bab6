/** Text as a pattern of Redis in which nothing is special but, where it is kept, `*`. */
export function globOf(text: string, {stars}: {stars: boolean}): string {
  return text.replace(stars ? /[\\?[\]]/g : /[\\?[\]*]/g, '\\$&')
}
