import {
  type AnyReply,
  type MediaType,
  operations,
  type PingReply,
  type PingRequest,
} from '@kvtwin/hotrod-protocol';
import { callTarget } from '../call-target.js';
import { type CallInput, PendingCall } from '../pending-call.js';
import type { CacheTopology } from './cache-topology.js';

/**
 * The call that asks how a cache stores keys, by whose bytes its segments are counted; the answer goes into the topology.
 * Below protocol 2.9 servers do not tell, and keys then count as they are sent.
 */
export function askKeyType<Server>(topology: CacheTopology<Server>, timeoutMs: number): PendingCall {
  topology.storage = 'asking';
  const input: CallInput<PingRequest, PingReply, MediaType | undefined> = {
    operation: operations.ping,
    request: {},
    target: callTarget({ cacheName: topology.cacheName }),
    interpret: ({ keyMediaType }) => keyMediaType,
  };
  const call = new PendingCall(input as CallInput<unknown, AnyReply, unknown>, timeoutMs);
  call.begin(
    (keyType) => {
      topology.storage = { keyType: keyType as MediaType | undefined };
    },
    ({ retryable }) => {
      // Who may not ask may still guess: a wrong server hands the request on.
      topology.storage = retryable ? 'unasked' : { keyType: undefined };
    },
  );
  return call;
}
