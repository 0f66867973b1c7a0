import { ByteWriter, toHex } from '@kvtwin/bytes';
import { chunkings } from '@kvtwin/testkit';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AnyReply,
  type CacheEvent,
  encodeEvent,
  encodeRequest,
  encodeResponse,
  isObjectStorageStatus,
  type MediaType,
  type OperationDefinition,
  type OperationName,
  operations,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  RequestDecoder,
  type RequestMessage,
  ResponseDecoder,
  type ResponseMessage,
  TIME_UNITS,
  type Topology,
  versionByte,
} from './index.js';

const bytes = fc.uint8Array({ maxLength: 40 });
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const i64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
const messageId = fc.oneof(fc.nat(), i64).map((id) => (Number.isSafeInteger(Number(id)) ? Number(id) : id));
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
const mediaType: Arbitrary<MediaType> = fc.oneof(
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
interface Shapes {
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

/** For each operation: requests, and replies of every outcome. A new operation needs a row. */
const MESSAGES: Record<
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
};

const topology = (intelligence: number): Arbitrary<Topology | undefined> =>
  intelligence < 2 || intelligence > 3
    ? fc.constant(undefined)
    : fc.option(
        fc.record({
          topologyId: fc.integer(),
          servers: fc.array(fc.record({ host: text, port: fc.nat(0xffff) }), { maxLength: 3 }),
          ...(intelligence === 3
            ? {
                hash: fc.oneof(
                  fc.constant({ functionVersion: 0, segmentCount: 0, owners: [] }),
                  fc
                    .array(fc.array(fc.nat(300), { maxLength: 3 }), { maxLength: 20 })
                    .map((owners) => ({ functionVersion: 3, segmentCount: owners.length, owners })),
                ),
              }
            : {}),
        }),
        { nil: undefined },
      );

function header(version: ProtocolVersion): Arbitrary<RequestMessage['header']> {
  const atLeast = (other: ProtocolVersion) => versionByte(version) >= versionByte(other);
  return fc.record({
    messageId,
    version: fc.constant(version),
    cacheName: text,
    flags: fc.nat(0xffff_ffff),
    intelligence: fc.nat(4),
    topologyId: fc.integer(),
    ...(atLeast('2.8') ? { keyMediaType: mediaType, valueMediaType: mediaType } : {}),
    ...(atLeast('4.0')
      ? { parameters: fc.array(fc.record({ name: text, value: bytes }), { maxLength: 2 }) }
      : {}),
  });
}

function eachWay<T>(frame: Uint8Array, seed: number, decode: (chunks: readonly Uint8Array[]) => T): T[] {
  return [...chunkings(frame, { seed, random: 2, maxSplits: 12 })].map(({ chunks }) => decode(chunks));
}

describe.each(Object.entries(operations) as [OperationName, OperationDefinition][])(
  '%s',
  (name, operation) => {
    const versions = PROTOCOL_VERSIONS.filter(
      (version) => versionByte(version) >= versionByte(operation.since),
    );

    test('a request comes back as it was, in every version that has it', () => {
      const cases = fc.constantFrom(...versions).chain((version) => {
        const atLeast = (other: ProtocolVersion) => versionByte(version) >= versionByte(other);
        return fc.tuple(header(version), MESSAGES[name].request({ atLeast }), fc.nat());
      });
      fc.assert(
        fc.property(cases, ([head, request, seed]) => {
          const writer = new ByteWriter();
          encodeRequest(writer, operation, head, request);
          const frame = writer.take();
          const decoded = eachWay(frame, seed, (chunks) => {
            const decoder = new RequestDecoder({ lenient: true });
            let message: RequestMessage | undefined;
            for (const chunk of chunks) {
              decoder.push(chunk);
              message ??= decoder.next();
            }
            expect(decoder.isMidMessage).toBe(false);
            return message;
          });
          for (const message of decoded) {
            expect(message?.header).toEqual(head);
            expect(message?.operation).toBe(operation);
            expect(message?.request).toEqual(request);
          }
        }),
        { numRuns: 20 },
      );
    });

    test('a reply comes back as it was, with topology and without, from fast and slow paths', () => {
      const cases = fc.constantFrom(...versions).chain((version) => {
        const atLeast = (other: ProtocolVersion) => versionByte(version) >= versionByte(other);
        return fc.nat(4).chain((intelligence) =>
          fc.record({
            version: fc.constant(version),
            intelligence: fc.constant(intelligence),
            messageId,
            objectStorage: fc.boolean(),
            topology: topology(intelligence),
            reply: fc.oneof(...MESSAGES[name].replies({ atLeast })) as Arbitrary<AnyReply>,
            seed: fc.nat(),
          }),
        );
      });
      fc.assert(
        fc.property(cases, (given) => {
          const writer = new ByteWriter();
          const { version, intelligence } = given;
          encodeResponse(writer, operation, given, given.reply, { version, intelligence });
          for (const message of eachWay(writer.take(), given.seed, (chunks) =>
            decodeReply(chunks, given, operation),
          )) {
            expect(message).toMatchObject({ kind: 'reply', messageId: given.messageId });
            const { reply, topology: change, status } = message as ResponseMessage & { kind: 'reply' };
            expect(reply).toEqual(given.reply);
            expect(change).toEqual(given.topology);
            const b = versionByte(version);
            const own = ['ok', 'ok-with-previous', 'not-executed-with-previous'].includes(reply.outcome);
            expect(isObjectStorageStatus(status)).toBe(given.objectStorage && own && b >= 24 && b <= 28);
          }
        }),
        { numRuns: 25 },
      );
    });
  },
);

function decodeReply(
  chunks: readonly Uint8Array[],
  { version, intelligence }: { version: ProtocolVersion; intelligence: number },
  operation: OperationDefinition,
): ResponseMessage | undefined {
  const decoder = new ResponseDecoder({ pendingOf: () => ({ operation, version, intelligence }) });
  let message: ResponseMessage | undefined;
  for (const chunk of chunks) {
    decoder.push(chunk);
    message ??= decoder.next();
  }
  expect(decoder.isMidMessage).toBe(false);
  return message;
}

test('events come back as they were, between replies of every kind', () => {
  const base = { messageId, listenerId: bytes, commandRetried: fc.boolean() };
  const event = fc.oneof(
    fc.record({
      type: fc.constantFrom('created', 'modified'),
      form: fc.constant('plain'),
      ...base,
      key: bytes,
      entryVersion: i64,
    }),
    fc.record({
      type: fc.constantFrom('removed', 'expired'),
      form: fc.constant('plain'),
      ...base,
      key: bytes,
    }),
    fc.record({
      type: fc.constantFrom('created', 'modified', 'removed', 'expired'),
      form: fc.constantFrom('custom', 'custom-raw'),
      ...base,
      data: bytes,
    }),
  ) as Arbitrary<CacheEvent>;
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 3 }), bytes, fc.nat(), (events, value, seed) => {
      const writer = new ByteWriter();
      for (const each of events) {
        encodeEvent(writer, each);
        encodeResponse(
          writer,
          operations.get,
          { messageId: 5 },
          { outcome: 'ok', value },
          { version: '3.0' },
        );
      }
      const all = eachWay(writer.take(), seed, (chunks) => {
        const pending = { operation: operations.get, version: '3.0' as const, intelligence: 1 };
        const decoder = new ResponseDecoder({ pendingOf: () => pending });
        const messages: ResponseMessage[] = [];
        for (const chunk of chunks) {
          decoder.push(chunk);
          for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
            messages.push(next);
          }
        }
        return messages;
      });
      for (const messages of all) {
        expect(messages.flatMap((each) => (each.kind === 'event' ? [each.event] : []))).toEqual(events);
        expect(
          messages.flatMap((each) =>
            each.kind === 'reply' ? [toHex((each.reply as unknown as { value: Uint8Array }).value)] : [],
          ),
        ).toEqual(events.map(() => toHex(value)));
      }
    }),
    { numRuns: 25 },
  );
});
