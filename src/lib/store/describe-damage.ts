import type {DamagedPart} from './store.js'

/** One line for people: what is missing. */
export function describeDamage({file, reason, records, from, to}: DamagedPart): string {
  const what = records === undefined ? 'its records' : `its ${records.toLocaleString('en-US')} records`
  const when = from === undefined || to === undefined ? '' : `, of ${from} to ${to},`
  return `${file} is damaged (${reason}): ${what}${when} are missing from every answer`
}

/** What to do about it. */
export function mendDamage({setAside, restorable}: DamagedPart): string {
  const first = setAside ? '' : 'run logflow process, which sets it aside; then '
  if (!restorable)
    return `${first}restore it from a backup: what it held is not known, so that it cannot be shipped again`
  return `${first}ship the files it came from again: only what it held is stored; then remove the folder "damaged" of the store`
}
