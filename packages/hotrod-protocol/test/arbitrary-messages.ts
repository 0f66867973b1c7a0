import fc, { type Arbitrary } from 'fast-check';
import { type MediaType, type OperationName, type ProtocolVersion, TIME_UNITS } from '../src/index.js';

export const bytes = fc.uint8Array({ maxLength: 40 });
export const text = fc.string({ unit: 'grapheme', maxLength: 12 });
export const i64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
export const messageId = fc
  .oneof(fc.nat(), i64)
  .map((id) => (Number.isSafeInteger(Number(id)) ? Number(id) : id));
const seconds = fc.nat(0xffff_ffff);
const timestamp = fc.maxSafeInteger();
const entryMetadata = fc.record(
  {
    lifespan: fc.record({ createdAtMs: timestamp, seconds }),
    maxIdle: fc.record({ lastUsedAtMs: timestamp, seconds }),
    entryVersion: i64,
  },
  { requiredKeys: ['entryVersion'] },
);
const parameters = fc.array(fc.record({ name: text, value: text }), { maxLength: 2 });
export const mediaType: Arbitrary<MediaType> = fc.oneof(
  fc.constant<MediaType>({ definition: 'none' }),
  fc.record({
    definition: fc.constant('predefined' as const),
    id: fc.integer({ min: 1, max: 15 }),
    parameters,
  }),
  fc.record({ definition: fc.constant('custom' as const), name: text, parameters }),
);
const keyValue = fc.record({ key: bytes, value: bytes });

/** Only what a version can say: values outside it would not come back. */
export interface Shapes {
  readonly atLeast: (version: ProtocolVersion) => boolean;
}

function duration({ atLeast }: Shapes): Arbitrary<unknown> {
  const amount = fc.nat(2 ** 31 - 1);
  return atLeast('2.2')
    ? fc
        .constantFrom(...TIME_UNITS)
        .chain(
          (unit): Arbitrary<unknown> =>
            unit === 'default' || unit === 'infinite'
              ? fc.constant({ unit })
              : fc.record({ unit: fc.constant(unit), amount }),
        )
    : fc.record({ unit: fc.constant('seconds'), amount });
}

const expiration = (shapes: Shapes) => fc.record({ lifespan: duration(shapes), maxIdle: duration(shapes) });
const write = (shapes: Shapes) => fc.record({ key: bytes, expiration: expiration(shapes), value: bytes });
const key = () => fc.record({ key: bytes });
const nothing = () => fc.constant({});
const outcome = (name: string) => fc.constant({ outcome: name });
const previous = (name: string, { atLeast }: Shapes) =>
  fc.record({
    outcome: fc.constant(name),
    previous: atLeast('4.0')
      ? fc.record({ metadata: entryMetadata, value: bytes })
      : fc.record({ value: bytes }),
  });
const batch = ({ atLeast }: Shapes) =>
  fc.nat(atLeast('2.4') ? 3 : 0).chain((more) =>
    fc.array(
      fc.record(
        {
          key: bytes,
          values: fc.array(bytes, { minLength: more + 1, maxLength: more + 1 }),
          ...(atLeast('2.5') ? { metadata: entryMetadata } : {}),
        },
        { requiredKeys: ['key', 'values'] },
      ),
      { maxLength: 4 },
    ),
  );

const factory = (kind: 'filter' | 'converter') =>
  fc.oneof(
    fc.constant({ [`${kind}Factory`]: '' }),
    fc.record({
      [`${kind}Factory`]: fc.string({ minLength: 1, maxLength: 12 }),
      [`${kind}Parameters`]: fc.array(bytes, { maxLength: 3 }),
    }),
  );

const streamId = fc.integer();
const streamWritten = (shapes: Shapes) => [
  outcome('ok'),
  outcome('not-executed'),
  outcome('absent'),
  previous('ok-with-previous', shapes),
  previous('not-executed-with-previous', shapes),
];
const counterName = () => fc.record({ counterName: text });
const counterUpdated = (name: string) => [
  fc.record({ outcome: fc.constant('ok'), [name]: i64 }),
  outcome('absent'),
  outcome('not-executed-with-previous'),
];
const counterBase = { persistent: fc.boolean(), initialValue: i64 };
const counterConfiguration = fc.oneof(
  fc.record({ kind: fc.constant('weak'), concurrencyLevel: fc.nat(), ...counterBase }),
  fc.record({ kind: fc.constant('strong'), ...counterBase }),
  fc.record({
    kind: fc.constant('strong'),
    bounds: fc.record({ lower: i64, upper: i64 }),
    ...counterBase,
  }),
);
const duplicates = ({ atLeast }: Shapes): { supportsDuplicates?: Arbitrary<boolean> } =>
  atLeast('4.0') ? { supportsDuplicates: fc.boolean() } : {};
const multimapPair = (shapes: Shapes) =>
  fc.record({ key: bytes, expiration: expiration(shapes), value: bytes, ...duplicates(shapes) });
const contained = () => [fc.record({ outcome: fc.constant('ok'), contained: fc.boolean() })];
const transactionId = fc.record({ formatId: fc.integer(), globalId: bytes, branchQualifier: bytes });
const xaReply = fc.record({ outcome: fc.constant('ok'), xaCode: fc.integer() });
const modification = (shapes: Shapes) =>
  fc.constantFrom(0, 1, 2, 4, 5, 6).chain((control) =>
    fc.record({
      key: bytes,
      control: fc.constant(control),
      ...((control & 3) === 0 ? { versionRead: i64 } : {}),
      ...((control & 4) === 0 ? { expiration: expiration(shapes), value: bytes } : {}),
    }),
  );

/** For each operation: requests, and replies of every outcome. A new operation needs a row. */
export const MESSAGES: Record<
  OperationName,
  { request: (shapes: Shapes) => Arbitrary<object>; replies: (shapes: Shapes) => Arbitrary<object>[] }
> = {
  ping: {
    request: nothing,
    replies: ({ atLeast }) => [
      fc.record({
        outcome: fc.constant('ok'),
        ...(atLeast('2.9') ? { keyMediaType: mediaType, valueMediaType: mediaType } : {}),
        ...(atLeast('3.0') ? { serverVersion: fc.nat(255), opcodes: fc.array(fc.nat(0xffff)) } : {}),
      }),
    ],
  },
  get: {
    request: key,
    replies: () => [fc.record({ outcome: fc.constant('ok'), value: bytes }), outcome('absent')],
  },
  getWithMetadata: {
    request: key,
    replies: () => [
      fc.record({ outcome: fc.constant('ok'), metadata: entryMetadata, value: bytes }),
      outcome('absent'),
    ],
  },
  containsKey: { request: key, replies: () => [outcome('ok'), outcome('absent')] },
  put: { request: write, replies: (shapes) => [outcome('ok'), previous('ok-with-previous', shapes)] },
  putIfAbsent: {
    request: write,
    replies: (shapes) => [
      outcome('ok'),
      outcome('not-executed'),
      previous('not-executed-with-previous', shapes),
    ],
  },
  replace: {
    request: write,
    replies: (shapes) => [outcome('ok'), outcome('not-executed'), previous('ok-with-previous', shapes)],
  },
  replaceIfUnmodified: {
    request: (shapes) =>
      fc.record({ key: bytes, expiration: expiration(shapes), entryVersion: i64, value: bytes }),
    replies: (shapes) => [
      outcome('ok'),
      outcome('not-executed'),
      outcome('absent'),
      previous('ok-with-previous', shapes),
      previous('not-executed-with-previous', shapes),
    ],
  },
  remove: {
    request: key,
    replies: (shapes) => [outcome('ok'), outcome('absent'), previous('ok-with-previous', shapes)],
  },
  removeIfUnmodified: {
    request: () => fc.record({ key: bytes, entryVersion: i64 }),
    replies: (shapes) => [
      outcome('ok'),
      outcome('not-executed'),
      outcome('absent'),
      previous('ok-with-previous', shapes),
      previous('not-executed-with-previous', shapes),
    ],
  },
  clear: { request: nothing, replies: () => [outcome('ok')] },
  size: {
    request: nothing,
    replies: () => [fc.record({ outcome: fc.constant('ok'), size: messageId })],
  },
  getAll: {
    request: () => fc.record({ keys: fc.array(bytes) }),
    replies: () => [fc.record({ outcome: fc.constant('ok'), entries: fc.array(keyValue) })],
  },
  putAll: {
    request: (shapes) => fc.record({ expiration: expiration(shapes), entries: fc.array(keyValue) }),
    replies: () => [outcome('ok')],
  },
  iterationStart: {
    request: ({ atLeast }) =>
      fc
        .tuple(
          fc.record({ segments: fc.option(bytes, { nil: undefined }), batchSize: fc.nat() }),
          fc.oneof(
            fc.constant({ factory: undefined }),
            fc.record({ factory: text, parameters: fc.array(bytes, { maxLength: 3 }) }),
          ),
          atLeast('2.4') ? fc.record({ includeMetadata: fc.boolean() }) : fc.constant({}),
        )
        .map((parts) => Object.assign({}, ...parts)),
    replies: () => [fc.record({ outcome: fc.constant('ok'), iterationId: text })],
  },
  iterationNext: {
    request: () => fc.record({ iterationId: text }),
    replies: (shapes) =>
      ['ok', 'invalid-iteration'].map((name) =>
        fc.record({ outcome: fc.constant(name), finishedSegments: bytes, entries: batch(shapes) }),
      ),
  },
  iterationEnd: {
    request: () => fc.record({ iterationId: text }),
    replies: () => [outcome('ok'), outcome('invalid-iteration')],
  },
  stats: {
    request: nothing,
    replies: () => [
      fc.record({
        outcome: fc.constant('ok'),
        statistics: fc.array(fc.record({ name: text, value: text })),
      }),
    ],
  },
  addClientListener: {
    request: ({ atLeast }) =>
      fc
        .tuple(
          fc.record({ listenerId: bytes, includeState: fc.boolean() }),
          factory('filter'),
          factory('converter'),
          atLeast('2.1') ? fc.record({ useRawData: fc.boolean() }) : fc.constant({}),
          atLeast('2.6') ? fc.record({ interests: fc.nat(15) }) : fc.constant({}),
        )
        .map((parts) => Object.assign({}, ...parts)),
    replies: () => [outcome('ok')],
  },
  removeClientListener: {
    request: () => fc.record({ listenerId: bytes }),
    replies: () => [outcome('ok'), outcome('not-executed')],
  },
  authMechList: {
    request: nothing,
    replies: () => [fc.record({ outcome: fc.constant('ok'), mechanisms: fc.array(text) })],
  },
  auth: {
    request: () => fc.record({ mechanism: text, response: bytes }),
    replies: () => [fc.record({ outcome: fc.constant('ok'), completed: fc.nat(255), challenge: bytes })],
  },
  getWithVersion: {
    request: key,
    replies: () => [
      fc.record({ outcome: fc.constant('ok'), entryVersion: i64, value: bytes }),
      outcome('absent'),
    ],
  },
  bulkGet: {
    request: () => fc.record({ maxEntries: fc.nat() }),
    replies: () => [fc.record({ outcome: fc.constant('ok'), entries: fc.array(keyValue) })],
  },
  bulkGetKeys: {
    request: () => fc.record({ scope: fc.nat(2) }),
    replies: () => [fc.record({ outcome: fc.constant('ok'), keys: fc.array(bytes) })],
  },
  query: {
    request: () => fc.record({ payload: bytes }),
    replies: () => [fc.record({ outcome: fc.constant('ok'), payload: bytes })],
  },
  exec: {
    request: () =>
      fc.record({
        task: text,
        parameters: fc.array(fc.record({ name: text, value: bytes }), { maxLength: 4 }),
      }),
    replies: () => [fc.record({ outcome: fc.constant('ok'), result: bytes })],
  },
  addBloomFilterNearCacheListener: {
    request: () => fc.record({ listenerId: bytes, bits: fc.nat() }),
    replies: () => [outcome('ok')],
  },
  updateBloomFilter: {
    request: () => fc.record({ bits: bytes }),
    replies: () => [outcome('ok'), outcome('not-executed')],
  },
  getStream: {
    request: () => fc.record({ key: bytes, offset: fc.nat() }),
    replies: () => [
      fc.record({ outcome: fc.constant('ok'), metadata: entryMetadata, value: bytes }),
      outcome('absent'),
    ],
  },
  putStream: {
    request: (shapes) =>
      fc.record({
        key: bytes,
        expiration: expiration(shapes),
        entryVersion: i64,
        chunks: fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 4 }),
      }),
    replies: streamWritten,
  },
  getStreamStart: {
    request: () => fc.record({ key: bytes, batchSize: fc.nat() }),
    replies: () => [
      fc.record({
        outcome: fc.constant('ok'),
        streamId,
        complete: fc.boolean(),
        metadata: entryMetadata,
        chunk: bytes,
      }),
      outcome('absent'),
    ],
  },
  getStreamNext: {
    request: () => fc.record({ streamId }),
    replies: () => [
      fc.record({ outcome: fc.constant('ok'), streamId, complete: fc.boolean(), chunk: bytes }),
    ],
  },
  getStreamEnd: { request: () => fc.record({ streamId }), replies: () => [outcome('ok')] },
  putStreamStart: {
    request: (shapes) => fc.record({ key: bytes, expiration: expiration(shapes), entryVersion: i64 }),
    replies: () => [fc.record({ outcome: fc.constant('ok'), streamId })],
  },
  putStreamNext: {
    request: () => fc.record({ streamId, last: fc.boolean(), chunk: bytes }),
    replies: streamWritten,
  },
  putStreamEnd: { request: () => fc.record({ streamId }), replies: () => [outcome('ok')] },
  counterCreate: {
    request: () => fc.record({ counterName: text, configuration: counterConfiguration }),
    replies: () => [outcome('ok'), outcome('not-executed')],
  },
  counterGetConfiguration: {
    request: counterName,
    replies: () => [
      fc.record({ outcome: fc.constant('ok'), configuration: counterConfiguration }),
      outcome('absent'),
    ],
  },
  counterIsDefined: { request: counterName, replies: () => [outcome('ok'), outcome('not-executed')] },
  counterAddAndGet: {
    request: () => fc.record({ counterName: text, delta: i64 }),
    replies: () => counterUpdated('value'),
  },
  counterReset: { request: counterName, replies: () => [outcome('ok'), outcome('absent')] },
  counterGet: {
    request: counterName,
    replies: () => [fc.record({ outcome: fc.constant('ok'), value: i64 }), outcome('absent')],
  },
  counterCompareAndSwap: {
    request: () => fc.record({ counterName: text, expected: i64, update: i64 }),
    replies: () => counterUpdated('previousValue'),
  },
  counterAddListener: {
    request: () => fc.record({ counterName: text, listenerId: bytes }),
    replies: () => [outcome('ok'), outcome('not-executed'), outcome('absent')],
  },
  counterRemoveListener: {
    request: () => fc.record({ counterName: text, listenerId: bytes }),
    replies: () => [outcome('ok'), outcome('not-executed'), outcome('absent')],
  },
  counterRemove: { request: counterName, replies: () => [outcome('ok')] },
  counterGetNames: {
    request: nothing,
    replies: () => [fc.record({ outcome: fc.constant('ok'), counterNames: fc.array(text) })],
  },
  counterGetAndSet: {
    request: () => fc.record({ counterName: text, value: i64 }),
    replies: () => counterUpdated('previousValue'),
  },
  multimapGet: {
    request: (shapes) => fc.record({ key: bytes, ...duplicates(shapes) }),
    replies: () => [fc.record({ outcome: fc.constant('ok'), values: fc.array(bytes) }), outcome('absent')],
  },
  multimapGetWithMetadata: {
    request: (shapes) => fc.record({ key: bytes, ...duplicates(shapes) }),
    replies: () => [
      fc.record({ outcome: fc.constant('ok'), metadata: entryMetadata, values: fc.array(bytes) }),
      outcome('absent'),
    ],
  },
  multimapPut: { request: multimapPair, replies: () => [outcome('ok')] },
  multimapRemoveKey: {
    request: (shapes) => fc.record({ key: bytes, ...duplicates(shapes) }),
    replies: () => [fc.record({ outcome: fc.constant('ok'), removed: fc.boolean() })],
  },
  multimapRemoveEntry: {
    request: multimapPair,
    replies: () => [fc.record({ outcome: fc.constant('ok'), removed: fc.boolean() })],
  },
  multimapSize: {
    request: (shapes) => fc.record({ ...duplicates(shapes) }),
    replies: () => [fc.record({ outcome: fc.constant('ok'), size: messageId })],
  },
  multimapContainsEntry: { request: multimapPair, replies: contained },
  multimapContainsKey: {
    request: (shapes) => fc.record({ key: bytes, ...duplicates(shapes) }),
    replies: contained,
  },
  multimapContainsValue: {
    request: (shapes) => fc.record({ expiration: expiration(shapes), value: bytes, ...duplicates(shapes) }),
    replies: contained,
  },
  prepareTransaction: {
    request: (shapes) =>
      fc.record({
        transactionId,
        onePhaseCommit: fc.boolean(),
        modifications: fc.array(modification(shapes), { maxLength: 4 }),
      }),
    replies: () => [xaReply, outcome('not-executed')],
  },
  prepareTransaction2: {
    request: (shapes) =>
      fc.record({
        transactionId,
        onePhaseCommit: fc.boolean(),
        recoverable: fc.boolean(),
        timeoutMs: i64,
        modifications: fc.array(modification(shapes), { maxLength: 4 }),
      }),
    replies: () => [xaReply, outcome('not-executed')],
  },
  commitTransaction: { request: () => fc.record({ transactionId }), replies: () => [xaReply] },
  rollbackTransaction: { request: () => fc.record({ transactionId }), replies: () => [xaReply] },
  forgetTransaction: { request: () => fc.record({ transactionId }), replies: () => [outcome('ok')] },
  fetchTransactionsInDoubt: {
    request: nothing,
    replies: () => [
      fc.record({ outcome: fc.constant('ok'), transactionIds: fc.array(transactionId, { maxLength: 4 }) }),
    ],
  },
};
