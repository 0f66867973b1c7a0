import { encodeUtf8 } from '@kvtwin/bytes';
import type { HeaderParameter } from '@kvtwin/hotrod-protocol';
import { debugLog } from '../observe/debug-log.js';

/**
 * What a call's trace is, as headers of W3C Trace Context: `traceparent` and `tracestate`. Called once per call, where
 * the call is made, so that it sees the caller's asynchronous context. Undefined: no trace.
 */
export type TraceContext = () => Readonly<Record<string, string>> | undefined;

/** The header's other parameters, protocol 4.0 on. What fails here must not fail the call: it goes without a trace. */
export function traceParameters(traceContext: TraceContext): readonly HeaderParameter[] | undefined {
  try {
    const entries = Object.entries(traceContext() ?? {});
    if (entries.length === 0) return undefined;
    return entries.map(([name, value]) => ({ name, value: encodeUtf8(value) }));
  } catch (error) {
    debugLog('traceContext failed, a call goes without it: %s', error);
    return undefined;
  }
}
