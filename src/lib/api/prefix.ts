export {API_PREFIX as PREFIX} from '../remote/protocol.js'
