import { equalBytes } from '@kvtwin/bytes';
import { chunkings, type HotRodExchange, hotRodExchanges, javaClientCaptures, toHex } from '@kvtwin/testkit';
import { describe, expect, test } from 'vitest';
import {
  decodeExchange,
  describeMessage,
  exchangeView,
  type PendingOperation,
  RequestDecoder,
  type RequestMessage,
  ResponseDecoder,
  type ResponseMessage,
} from './index.js';
import { reencodeRequest, reencodeResponse } from './reencode.js';

const rows = hotRodExchanges();

const ours = rows.filter(
  (row) =>
    !row.seq.startsWith('malformed-') &&
    decodeExchange(row.request, row.response).outcome !== 'skipped' &&
    Number(row.version) >= 2,
);

/** Rows whose media type or counter a server refuses; they can still be read by a lenient decoder. */
const refusedByServers = new Map([
  ['invalid definition 3', { code: 'HOTROD_MALFORMED', close: true }],
  ['counterCreate invalid weak+bounded', { code: 'HOTROD_MALFORMED', close: true }],
  ['predefined id 99 (unknown)', { code: 'HOTROD_UNKNOWN_MEDIA_TYPE', close: false }],
]);

function decodeRequestIn(chunks: readonly Uint8Array[], lenient: boolean): RequestMessage | undefined {
  const decoder = new RequestDecoder({ lenient });
  let message: RequestMessage | undefined;
  for (const chunk of chunks) {
    decoder.push(chunk);
    message ??= decoder.next();
  }
  return decoder.isMidMessage ? undefined : message;
}

function decodeResponseIn(
  chunks: readonly Uint8Array[],
  { header, operation }: RequestMessage,
): ResponseMessage[] | undefined {
  const pending: PendingOperation = { operation, ...header };
  const decoder = new ResponseDecoder({
    pendingOf: (id) => (id === header.messageId ? pending : undefined),
  });
  const messages: ResponseMessage[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let message = decoder.next(); message !== undefined; message = decoder.next()) {
      messages.push(message);
    }
  }
  return decoder.isMidMessage ? undefined : messages;
}

function expectSame(actual: Uint8Array, expected: Uint8Array, where: string): void {
  if (!equalBytes(actual, expected)) {
    expect(toHex(actual), where).toBe(toHex(expected));
  }
}

function checkEveryWay(row: HotRodExchange): void {
  const lenient = refusedByServers.has(row.name);
  let whole: RequestMessage | undefined;
  for (const { name, chunks } of chunkings(row.request)) {
    const message = decodeRequestIn(chunks, lenient);
    if (message === undefined) {
      throw new Error(`${row.name}, ${name}: the request is not complete`);
    }
    expectSame(reencodeRequest(message), row.request, `${row.name}, ${name}`);
    whole ??= message;
  }
  for (const { name, chunks } of chunkings(row.response)) {
    const messages = decodeResponseIn(chunks, whole as RequestMessage);
    if (messages === undefined) {
      throw new Error(`${row.name}, ${name}: the response is not complete`);
    }
    expectSame(reencodeResponse(messages, whole as RequestMessage), row.response, `${row.name}, ${name}`);
  }
}

test('of every operation, recorded exchanges are compared', () => {
  const compared = new Map<string, number>();
  for (const { request, response } of ours) {
    const exchange = decodeExchange(request, response);
    if (exchange.outcome === 'decoded') {
      const { name } = exchange.request.message.operation;
      compared.set(name, (compared.get(name) ?? 0) + 1);
    }
  }
  expect(Object.fromEntries([...compared].sort())).toMatchInlineSnapshot(`
    {
      "addBloomFilterNearCacheListener": 2,
      "addClientListener": 28,
      "auth": 33,
      "authMechList": 6,
      "bulkGet": 20,
      "bulkGetKeys": 10,
      "clear": 17,
      "commitTransaction": 6,
      "containsKey": 20,
      "counterAddAndGet": 24,
      "counterAddListener": 10,
      "counterCompareAndSwap": 9,
      "counterCreate": 15,
      "counterGet": 11,
      "counterGetAndSet": 4,
      "counterGetConfiguration": 12,
      "counterGetNames": 4,
      "counterIsDefined": 6,
      "counterRemove": 6,
      "counterRemoveListener": 9,
      "counterReset": 9,
      "exec": 51,
      "fetchTransactionsInDoubt": 2,
      "forgetTransaction": 4,
      "get": 105,
      "getAll": 21,
      "getStream": 5,
      "getStreamEnd": 3,
      "getStreamNext": 4,
      "getStreamStart": 4,
      "getWithMetadata": 72,
      "getWithVersion": 20,
      "iterationEnd": 49,
      "iterationNext": 59,
      "iterationStart": 39,
      "multimapContainsEntry": 6,
      "multimapContainsKey": 6,
      "multimapContainsValue": 6,
      "multimapGet": 7,
      "multimapGetWithMetadata": 6,
      "multimapPut": 11,
      "multimapRemoveEntry": 6,
      "multimapRemoveKey": 6,
      "multimapSize": 3,
      "ping": 111,
      "prepareTransaction": 9,
      "prepareTransaction2": 14,
      "put": 184,
      "putAll": 20,
      "putIfAbsent": 44,
      "putStream": 9,
      "putStreamEnd": 1,
      "putStreamNext": 6,
      "putStreamStart": 6,
      "query": 37,
      "remove": 63,
      "removeClientListener": 29,
      "removeIfUnmodified": 50,
      "replace": 40,
      "replaceIfUnmodified": 50,
      "rollbackTransaction": 8,
      "size": 20,
      "stats": 10,
      "updateBloomFilter": 2,
    }
  `);
});

test('of all other recorded exchanges it is known why they are not compared', () => {
  const reasons = new Map<string, number>();
  for (const row of rows) {
    const exchange = decodeExchange(row.request, row.response);
    if (!row.seq.startsWith('malformed-') && Number(row.version) >= 2 && exchange.outcome === 'skipped') {
      reasons.set(exchange.reason, (reasons.get(exchange.reason) ?? 0) + 1);
    }
  }
  expect(Object.fromEntries(reasons)).toMatchInlineSnapshot(`
    {
      "defect of servers": 2,
      "no reply": 4,
      "no request": 3,
    }
  `);
});

describe('every recorded exchange decodes and re-encodes to the same bytes, split at every offset', () => {
  test.each([...new Set(ours.map(({ seq }) => seq))])('%s', (seq) => {
    for (const row of ours.filter((each) => each.seq === seq)) {
      checkEveryWay(row);
    }
  });
});

test('a whole exchange decodes, re-encodes, and tells every byte of it', () => {
  for (const row of ours) {
    const exchange = decodeExchange(row.request, row.response);
    if (exchange.outcome !== 'decoded') {
      throw new Error(`line ${row.line}: ${JSON.stringify(exchange)}`);
    }
    expect(exchange.reencodes, row.name).toBe(true);
    const annotated = [
      { ...exchange.request, bytes: row.request },
      ...exchange.messages.map((each) => ({ ...each, bytes: row.response })),
    ];
    for (const { start, end, spans, message } of annotated) {
      let at = start;
      for (const span of spans) {
        expect(span.start, `${row.name}: ${span.name}`).toBe(at);
        at = span.end;
      }
      expect(at, row.name).toBe(end);
      expect(describeMessage(message)).toMatch(/^[<>] /);
    }
    expect(JSON.parse(JSON.stringify(exchangeView(exchange)))).toMatchObject({ ok: true, reencodes: true });
  }
});

test('a server refuses media types and counters without a meaning, and reads on where it can', () => {
  for (const row of ours) {
    const expected = refusedByServers.get(row.name);
    if (expected !== undefined) {
      const decoder = new RequestDecoder();
      decoder.push(row.request);
      const messageId = row.request[1];
      expect(() => decoder.next()).toThrow(
        expect.objectContaining({ ...expected, answer: { status: 0x84, messageId } }),
      );
      expect(expected.close || decoder.available === 0).toBe(true);
    }
  }
});

/** Reads messages until the bytes end or one belongs to an operation not defined here. */
function readWhileKnown<Message>(next: () => Message | undefined, unknown: string): Message[] {
  const messages: Message[] = [];
  try {
    for (let message = next(); message !== undefined; message = next()) {
      messages.push(message);
    }
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: unknown });
  }
  return messages;
}

describe('every frame of the real Java client that concerns these operations', () => {
  test.each(javaClientCaptures().map((each) => [`${each.capture} #${each.connection}`, each] as const))(
    '%s',
    (_, { frames }) => {
      const pending = new Map<unknown, RequestMessage>();
      let latest: RequestMessage | undefined;
      let decoded = 0;
      for (const { from, bytes } of frames) {
        const decoder =
          from === 'client'
            ? new RequestDecoder()
            : new ResponseDecoder({
                pendingOf: (id) => {
                  const request = pending.get(id);
                  return request && { operation: request.operation, ...request.header };
                },
              });
        decoder.push(bytes);
        let at = 0;
        if (decoder instanceof RequestDecoder) {
          for (const message of readWhileKnown(() => decoder.next(), 'HOTROD_UNKNOWN_OPERATION')) {
            const again = reencodeRequest(message);
            expectSame(again, bytes.subarray(at, at + again.length), message.operation.name);
            at += again.length;
            pending.set(message.header.messageId, message);
            latest = message;
            decoded++;
          }
        } else {
          for (const message of readWhileKnown(() => decoder.next(), 'HOTROD_UNKNOWN_MESSAGE_ID')) {
            const again = reencodeResponse(
              [message],
              pending.get(message.messageId) ?? (latest as RequestMessage),
            );
            expectSame(again, bytes.subarray(at, at + again.length), message.kind);
            pending.delete(message.messageId);
            at += again.length;
            decoded++;
          }
        }
      }
      expect(decoded).toBeGreaterThan(0);
    },
  );
});
