import {
  type IterationEndReply,
  type IterationEndRequest,
  type IterationNextReply,
  type IterationNextRequest,
  type IterationStartReply,
  type IterationStartRequest,
  Status,
  segmentSet,
  segmentsOf,
} from '@kvtwin/hotrod-protocol';
import { entryMetadata } from './entry-on-wire.js';
import type { RequestCall } from './request-call.js';
import { RequestFailure } from './request-failure.js';

/** The one factory that needs no code of the user's: every value as no bytes, to go through the keys alone. */
const keysOnlyFactory = 'org.infinispan.server.hotrod.HotRodServer$ToEmptyBytesKeyValueFilterConverter';

const noBytes = new Uint8Array(0);

export function answerIterationStart(call: RequestCall<IterationStartRequest>): IterationStartReply {
  const { segments, factory, batchSize, includeMetadata } = call.request;
  if (factory !== undefined && factory !== keysOnlyFactory) {
    throw new RequestFailure(
      Status.SERVER_ERROR,
      `java.lang.IllegalStateException: ISPN005060: Factory '${factory}' not found in server`,
    );
  }
  const iterationId = call.host.iterations.start(call.owner, {
    cache: call.hosted.cache,
    segments: segments === undefined ? undefined : segmentsOf(segments),
    // An empty batch says that the iteration has ended, so a batch size of 0 cannot be meant.
    batchSize: Math.max(1, batchSize),
    metadata: includeMetadata ?? false,
    keysOnly: factory === keysOnlyFactory,
  });
  if (iterationId === undefined) {
    throw new RequestFailure(
      Status.SERVER_ERROR,
      'java.lang.IllegalStateException: too many open iterations; end some, or raise limits.maxIterations',
    );
  }
  return { outcome: 'ok', iterationId };
}

export function answerIterationNext(call: RequestCall<IterationNextRequest>): IterationNextReply {
  const iteration = call.host.iterations.find(call.request.iterationId);
  if (iteration === undefined) {
    return { outcome: 'invalid-iteration', finishedSegments: noBytes, entries: [] };
  }
  const { finishedSegments, entries } = iteration.next();
  const { metadata, keysOnly } = iteration.request;
  return {
    outcome: 'ok',
    finishedSegments: segmentSet(finishedSegments),
    entries: entries.map(({ key, entry }) => ({
      key,
      values: [keysOnly ? noBytes : entry.value],
      ...(metadata ? { metadata: entryMetadata(entry) } : {}),
    })),
  };
}

export function answerIterationEnd(call: RequestCall<IterationEndRequest>): IterationEndReply {
  return { outcome: call.host.iterations.end(call.request.iterationId) ? 'ok' : 'invalid-iteration' };
}
