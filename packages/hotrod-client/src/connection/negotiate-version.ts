import {
  ClientIntelligence,
  LATEST_VERSION,
  NO_MEDIA_TYPE,
  operations,
  type PingReply,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  versionByte,
} from '@kvtwin/hotrod-protocol';
import { type CallTarget, PendingCall } from '../pending-call.js';
import { type Connection, encodingError } from './connection.js';

/** How a connection begins. */
export interface NegotiateOptions {
  /** `'auto'`: ask; else only ping in that version. */
  readonly protocol: ProtocolVersion | 'auto';
  readonly timeoutMs: number;
}

/** Asked in 3.1: the answer of 3.0 on names the server's version, and 4.x has a header field that older servers trip over. */
export const FIRST_ASK: ProtocolVersion = '3.1';
/** What is left when the answer stops after the media types: servers before Infinispan 10 answer a 3.x ping so. */
export const SHORT_ANSWER_VERSION: ProtocolVersion = '2.9';
/** The rest of a short answer comes together with its beginning, or never. */
const SHORT_ANSWER_GUARD_MS = 1_000;

/** Target of what concerns the connection and no cache. */
export const NO_CACHE: CallTarget = {
  cacheName: '',
  keyMediaType: NO_MEDIA_TYPE,
  valueMediaType: NO_MEDIA_TYPE,
  intelligence: ClientIntelligence.BASIC,
};

/**
 * Sends the first ping of a connection and sets its version. Resolves to `'short-answer'` where the server began to
 * answer and stopped: connect again, pinned to {@link SHORT_ANSWER_VERSION}. Hot Rod §version negotiation.
 */
export async function negotiateVersion(
  connection: Connection,
  { protocol, timeoutMs }: NegotiateOptions,
): Promise<'done' | 'short-answer'> {
  connection.version = protocol === 'auto' ? FIRST_ASK : protocol;
  const call = pingCall(timeoutMs);
  const guardMs = protocol === 'auto' ? Math.min(SHORT_ANSWER_GUARD_MS, timeoutMs / 2) : timeoutMs;
  let guard: NodeJS.Timeout | undefined;
  let limit: NodeJS.Timeout | undefined;
  const answer = new Promise<PingReply | 'short-answer'>((resolve, reject) => {
    call.begin((reply) => resolve(reply as PingReply), reject);
    guard = setTimeout(
      () => connection.bytesRead > 0 && protocol === 'auto' && resolve('short-answer'),
      guardMs,
    );
    limit = setTimeout(
      () =>
        call.fail(`was not answered within ${Math.ceil(timeoutMs)} ms`, {
          code: 'HOTROD_CONNECT',
          retryable: true,
        }),
      timeoutMs,
    );
    try {
      connection.send(call);
    } catch (error) {
      reject(encodingError(call, error));
    }
  });
  try {
    const reply = await answer;
    if (reply === 'short-answer') return reply;
    if (protocol === 'auto') connection.version = highestCommonVersion(reply.serverVersion);
    return 'done';
  } finally {
    clearTimeout(guard);
    clearTimeout(limit);
  }
}

/** A ping without a cache. */
export function pingCall(timeoutMs: number): PendingCall {
  return new PendingCall(
    { operation: operations.ping, request: {}, target: NO_CACHE, interpret: (reply) => reply },
    timeoutMs,
  );
}

/** The highest version that both speak. A server that names none answered a 3.1 ping all the same. */
function highestCommonVersion(serverByte: number | undefined): ProtocolVersion {
  if (serverByte === undefined) return FIRST_ASK;
  const highest = PROTOCOL_VERSIONS.findLast((version) => versionByte(version) <= serverByte);
  return highest ?? (serverByte > versionByte(LATEST_VERSION) ? LATEST_VERSION : FIRST_ASK);
}
