import {
  type FieldSpan,
  HotRodProtocolError,
  RequestDecoder,
  ResponseDecoder,
  SpanRecorder,
} from '@kvtwin/hotrod-protocol';
import type { TraceEvent } from './trace-event.js';

/**
 * Where the fields of a traced message lie in its bytes. They are read once more for that: noting fields of everything
 * that passes would cost too much.
 */
export function spansOfTraced(
  event: Extract<TraceEvent, { kind: 'request' | 'reply' | 'event' }>,
): readonly FieldSpan[] {
  const { bytes } = event;
  if (bytes === undefined) return [];
  const spans = new SpanRecorder();
  const pending = event.kind === 'reply' ? event.request : undefined;
  const decoder =
    event.kind === 'request'
      ? new RequestDecoder({ lenient: true, spans })
      : new ResponseDecoder({ spans, pendingOf: () => pending });
  try {
    decoder.push(bytes);
    decoder.next();
    return spans.take();
  } catch (error) {
    if (HotRodProtocolError.is(error)) return [];
    throw error;
  }
}
