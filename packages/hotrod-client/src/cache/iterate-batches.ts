import {
  type IterationBatch,
  type IterationNextReply,
  type IterationVisit,
  operations,
  segmentSet,
} from '@kvtwin/hotrod-protocol';
import type { CallSender } from '../call-sender.js';
import type { EventFilter } from '../events/cache-events.js';
import { checkFactory } from '../events/check-factory.js';
import { HotRodError } from '../hotrod-error.js';
import type { CallOptions, CallTarget } from '../pending-call.js';
import { segmentList } from './segment-list.js';

/** How a cache is gone through. */
export interface IterateOptions extends CallOptions {
  /** Entries that the server sends at once, 1 to 100,000. Default 1,000. */
  readonly batchSize?: number;
  /** Only these segments of the cache. Default: all. */
  readonly segments?: Iterable<number>;
  /** Only entries that this filter factory of the server lets through; it may also convert their values. */
  readonly filter?: EventFilter;
}

/** What {@link iterateBatches} needs to know. */
export interface IterateBatchesOptions extends IterateOptions {
  /** Whether entries come with version and expiration; protocol 2.5 on. */
  readonly metadata: boolean;
}

interface Cursor {
  readonly iterationId: string;
  readonly connectionId: number;
}

const DEFAULT_BATCH_SIZE = 1_000;

/**
 * Goes through a cache by server-side cursor, protocol 2.3 on. The next batch is under way while the caller works on
 * this one. Ends the cursor in any case. Reading so does not count as a use of the entries.
 */
export async function* iterateBatches(
  sender: CallSender,
  target: CallTarget,
  options: IterateBatchesOptions,
): AsyncGenerator<IterationBatch, void, undefined> {
  for await (const { batch } of walk(sender, target, options, () => undefined)) yield batch;
}

/** {@link iterateBatches} where each batch is shown to a visitor of its own; its entries are placeholders. */
export function visitBatches<Visitor extends BatchVisitor>(
  sender: CallSender,
  target: CallTarget,
  options: IterateBatchesOptions,
  visitorOf: () => Visitor,
): AsyncGenerator<VisitedIterationBatch<Visitor>, void, undefined> {
  return walk(sender, target, options, visitorOf);
}

/** Sees the entries of a batch. */
export interface BatchVisitor {
  readonly visit: IterationVisit;
}

/** A batch, and who has seen its entries. */
export interface VisitedIterationBatch<Visitor> {
  readonly batch: IterationBatch;
  readonly visitor: Visitor;
}

async function* walk<Visitor extends BatchVisitor | undefined>(
  sender: CallSender,
  target: CallTarget,
  options: IterateBatchesOptions,
  visitorOf: () => Visitor,
): AsyncGenerator<VisitedIterationBatch<Visitor>, void, undefined> {
  const cursor = await startCursor(sender, target, options);
  let brokenOff = true;
  try {
    let next = nextBatch(sender, target, cursor, options, visitorOf());
    for (;;) {
      const visited = await next;
      const { batch } = visited;
      if (batch.outcome === 'invalid-iteration') throw lostCursor(target);
      if (batch.entries.length === 0) {
        brokenOff = false;
        if (batch.finishedSegments.length > 0) yield visited;
        return;
      }
      next = nextBatch(sender, target, cursor, options, visitorOf());
      next.catch(() => undefined);
      yield visited;
      options.signal?.throwIfAborted();
    }
  } catch (error) {
    brokenOff = false;
    throw options.signal?.aborted && !HotRodError.is(error) ? abortedError(error) : error;
  } finally {
    const ended = endCursor(sender, target, cursor, options);
    // Behind the last entry nobody waits for it; nor does whoever has run out of time, or given up: the server may not
    // answer this either.
    if (brokenOff) await ended;
  }
}

async function startCursor(
  sender: CallSender,
  target: CallTarget,
  options: IterateBatchesOptions,
): Promise<Cursor> {
  const batchSize = options.batchSize ?? DEFAULT_BATCH_SIZE;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > 100_000) {
    throw new HotRodError(`batchSize is ${String(batchSize)}; give 1 to 100,000`, {
      code: 'HOTROD_INVALID_ARGUMENT',
    });
  }
  checkFactory('filter', options.filter);
  const segments = segmentList(options.segments);
  return sender.execute({
    operation: operations.iterationStart,
    request: {
      batchSize,
      includeMetadata: options.metadata,
      ...(segments === undefined ? {} : { segments: segmentSet(segments) }),
      ...(options.filter === undefined
        ? {}
        : { factory: options.filter.name, parameters: options.filter.parameters ?? [] }),
    },
    target,
    options,
    interpret: ({ iterationId }, { sentOn }) => ({ iterationId, connectionId: sentOn }),
  });
}

function nextBatch<Visitor extends BatchVisitor | undefined>(
  sender: CallSender,
  target: CallTarget,
  { iterationId, connectionId }: Cursor,
  { signal, timeoutMs }: CallOptions,
  visitor: Visitor,
): Promise<VisitedIterationBatch<Visitor> & { readonly batch: IterationNextReply }> {
  return sender.execute({
    operation: operations.iterationNext,
    request: { iterationId },
    target,
    connectionId,
    options: { signal, timeoutMs },
    visit: visitor?.visit,
    interpret: (batch) => ({ batch, visitor }),
  });
}

/** The server drops forgotten cursors by itself, so a failure here is none of the caller's. */
async function endCursor(
  sender: CallSender,
  target: CallTarget,
  { iterationId, connectionId }: Cursor,
  { timeoutMs }: CallOptions,
): Promise<void> {
  await sender
    .execute({
      operation: operations.iterationEnd,
      request: { iterationId },
      target,
      connectionId,
      options: { timeoutMs },
      interpret: () => undefined,
    })
    .catch(() => undefined);
}

function lostCursor({ cacheName }: CallTarget): HotRodError {
  return new HotRodError(
    'the server no longer knows the cursor; begin again with the segments not yet finished',
    {
      code: 'HOTROD_ITERATION_LOST',
      operation: 'iterationNext',
      cache: cacheName,
      retryable: true,
    },
  );
}

function abortedError(cause: unknown): HotRodError {
  return new HotRodError('the iteration was aborted', {
    code: 'HOTROD_ABORTED',
    operation: 'iterationNext',
    cause,
  });
}
