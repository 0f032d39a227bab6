import {queryConformance} from '../../../contracts/query-conformance.js'
import {runServer} from '../../../support/running-server.js'
import {storeOverHttp} from '../../../support/store-over-http.js'

// What a query finds is the server's store's to say, and tested there: here, that no tree of a query is changed or
// refused on its way.
queryConformance(
  'remote',
  async () => {
    const server = await runServer({env: {LOGFLOW_API_RATE_LIMITS: 'off'}})
    return {store: await storeOverHttp(server), close: () => server.close()}
  },
  {eachOf: 40, together: 4},
)
