export { decodeBase64, encodeBase64 } from './base64.js';
export { refuseFrontReply } from './front-reply.js';
export { type HeaderInput, type HeaderList, headerValue, headerValues } from './header-list.js';
export type { HttpReply, HttpReplyInput, HttpRequest } from './http-message.js';
export {
  HustDbProtocolError,
  type HustDbProtocolErrorCode,
  type HustDbProtocolErrorDetails,
} from './hustdb-protocol-error.js';
export {
  isPairEndpoint,
  PAIR_ENDPOINTS,
  type PairEndpoint,
  type PairValueEndpoint,
} from './pair-endpoint.js';
export { type PairReadJson, pairReadToJson, type SideReadJson } from './pair-read-json.js';
export { type PairReplyOptions, parsePairReply } from './pair-reply.js';
export { parseRawHttpReply, type RawHttpReply, type RawHttpReplyOptions } from './raw-http-reply.js';
export { parseRawPairReply } from './raw-pair-reply.js';
