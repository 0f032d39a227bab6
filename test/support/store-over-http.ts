import {RemoteClient} from '../../src/lib/remote/client.js'
import {openRemoteStore} from '../../src/lib/store/remote/remote-store.js'
import type {Store} from '../../src/lib/store/store.js'
import type {RunningServer} from './running-server.js'

/** The remote store, with the writer of the lake behind the server: the server alone writes. */
export async function storeOverHttp(server: RunningServer): Promise<Store> {
  const remote = await openRemoteStore(new RemoteClient({url: server.url}))
  const lake = await server.app.store()
  return new Proxy(remote, {
    get(target, name) {
      if (name === 'openWriter') return () => lake.openWriter()
      const member = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
