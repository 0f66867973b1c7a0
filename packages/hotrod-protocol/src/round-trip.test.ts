import { ByteWriter, toHex } from '@kvtwin/bytes';
import { chunkings } from '@kvtwin/testkit';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytes, i64, MESSAGES, mediaType, messageId, text } from '../test/arbitrary-messages.js';
import {
  type AnyReply,
  type CacheEvent,
  encodeCounterEvent,
  encodeEvent,
  encodeRequest,
  encodeResponse,
  isObjectStorageStatus,
  type OperationDefinition,
  type OperationName,
  operations,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  RequestDecoder,
  type RequestMessage,
  ResponseDecoder,
  type ResponseMessage,
  type Topology,
  versionByte,
} from './index.js';

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

test('events of counters come back as they were', () => {
  const state = fc.constantFrom(
    'valid' as const,
    'lower-bound-reached' as const,
    'upper-bound-reached' as const,
  );
  const event = fc.record({
    counterName: text,
    listenerId: bytes,
    oldState: state,
    newState: state,
    oldValue: i64,
    newValue: i64,
  });
  fc.assert(
    fc.property(event, fc.nat(), (given, seed) => {
      const writer = new ByteWriter();
      encodeCounterEvent(writer, given);
      for (const message of eachWay(writer.take(), seed, (chunks) => {
        const decoder = new ResponseDecoder({ pendingOf: () => undefined });
        for (const chunk of chunks) {
          decoder.push(chunk);
        }
        return decoder.next();
      })) {
        expect(message).toEqual({ kind: 'counter-event', messageId: 0, event: given });
      }
    }),
    { numRuns: 25 },
  );
});

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
