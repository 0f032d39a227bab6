/** A request as a test makes it beside the store: throws on any failure but 404. */
export async function askElasticsearch(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(url + path, {
    method,
    headers: {'content-type': 'application/json'},
    ...(body ? {body: JSON.stringify(body)} : {}),
  })
  const text = await answer.text()
  if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${path}: ${text.slice(0, 500)}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** Names of the indices behind an alias, in order. */
export async function indicesOf(url: string, alias: string): Promise<string[]> {
  const found = (await askElasticsearch(url, 'GET', `/_alias/${alias}`)) as Record<string, unknown> & {status?: number}
  return found.status === 404 ? [] : Object.keys(found).sort()
}

/** Deletes the indices and the template of one installation. */
export async function removeInstallation(url: string, alias: string): Promise<void> {
  for (const index of await indicesOf(url, alias)) await askElasticsearch(url, 'DELETE', `/${index}`)
  await askElasticsearch(url, 'DELETE', `/_index_template/${alias}`)
}
