/** Before every endpoint but `/`, the documents and the metrics. */
export const PREFIX = '/api/v1'
