import {checkSecretKey} from '../lib/accounts/secret-key.js'
import type {ApiParts} from '../lib/api/api.js'
import {listen} from '../lib/api/listen.js'
import {isLoopback} from '../lib/api/loopback.js'
import {type ApiServer, buildServer} from '../lib/api/server.js'
import type {App} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {makeFirstAdmin} from '../lib/flows/first-admin.js'
import {pause} from '../lib/flows/patience.js'
import type {Context} from './context.js'
import {callerHere} from './local-caller.js'

/** How often an admin that could not be made for want of a database is tried again. */
const ADMIN_AGAIN_MS = 5_000

export interface StartedApi {
  server: ApiServer
  /** Of the address it listens on, without a path. */
  url: string
}

/** Sees to the first admin, and listens. What is wrong with the configuration is told before anything is opened. */
export async function startApi(
  context: Context,
  app: App,
  parts: ApiParts,
  {dev = false}: {dev?: boolean} = {},
): Promise<StartedApi> {
  const {config, talk} = context
  checkSecretKey(config)
  const server = await buildServer(parts)
  if (!(await seeToAdmin(context, app, dev))) void keepSeeing(context, app, dev)
  const url = await listen(server, config.api)
  talk.note(`logflow API at ${url}/api/v1, documentation at ${url}/docs; Ctrl-C ends`)
  return {server, url}
}

/** False where the database is away: the server starts nevertheless, and accounts come with it. */
async function seeToAdmin({config, talk}: Context, app: App, dev: boolean): Promise<boolean> {
  const {adminPassword: password, api} = config
  try {
    const options = {caller: callerHere(), dev, loopback: isLoopback(api.host), ...(password ? {password} : {})}
    const {made, warnings} = await makeFirstAdmin(await app.accounts(), options)
    if (made) talk.note(`made the first account: ${made.username}, an admin`)
    for (const warning of warnings) talk.note(`warning: ${warning}`)
    return true
  } catch (error) {
    if (!(error instanceof LogflowError) || !error.retriable) throw error
    talk.warn(`warning: ${error.message}; accounts come back with it`)
    return false
  }
}

async function keepSeeing(context: Context, app: App, dev: boolean): Promise<void> {
  const quiet = {...context, talk: {...context.talk, warn: () => {}}}
  while (await pause(ADMIN_AGAIN_MS, context.signal)) {
    try {
      if (await seeToAdmin(quiet, app, dev)) return
    } catch (error) {
      context.talk.warn(`warning: no first admin was made: ${(error as Error).message}`)
      return
    }
  }
}
