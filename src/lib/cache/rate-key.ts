// What is counted is counted under `<endpoint>:user:<id>` or `<endpoint>:ip:<address>`; endpoints hold no colon,
// addresses may.

/** True where a key counts for `who`: `user:7`, `ip:::1`, or without the kind, `7`, `::1`. */
export function countsFor(key: string, who: string): boolean {
  const subject = key.slice(key.indexOf(':') + 1)
  return subject === who || subject.slice(subject.indexOf(':') + 1) === who
}
