import { ByteWriter } from '@kvtwin/bytes';
import {
  type CacheEvent,
  type EntryMetadata,
  encodeRequest,
  isErrorStatus,
  type PendingOperation,
  RequestDecoder,
  type RequestMessage,
  ResponseDecoder,
  type ResponseMessage,
} from '@kvtwin/hotrod-protocol';
import { type HotRodExchange, hotRodExchanges, ManualClock } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownDifferences } from '../test/known-differences.js';
import { WireConnection } from '../test/wire-connection.js';
import { cacheHandlers } from './cache-handlers.js';
import { HotRodServer } from './hot-rod-server.js';

/** Caches as they were set up for the recording, as far as a single server has them. */
const caches = {
  loc: { segments: 1 },
  locexp: { segments: 1, lifespanMs: 600_000, maxIdleMs: 300_000 },
  obj: { mediaType: 'application/x-java-object' },
  repl: { mediaType: 'text/plain' },
  dist: {},
  inv: {},
};

/** An exchange of one request that this package serves, decoded. */
interface Step {
  readonly exchange: HotRodExchange;
  readonly message: RequestMessage;
}

function steps(): Map<string, Step[]> {
  const groups = new Map<string, Step[]>();
  for (const exchange of hotRodExchanges()) {
    const message = soleRequest(exchange.request);
    if (message !== undefined && exchange.response.length > 0 && isServed(exchange, message)) {
      groups.set(exchange.seq, [...(groups.get(exchange.seq) ?? []), { exchange, message }]);
    }
  }
  return groups;
}

/** The other recorded caches need schemas or transactions; the servers with logins had other users; one converter
 * makes texts of Java objects. */
const otherCaches = new Set(['tx', 'pb', 'mm', '___protobuf_metadata']);

function isServed({ seq }: HotRodExchange, { header, operation }: RequestMessage): boolean {
  const onConnection = ['ping', 'auth', 'authMechList'].includes(operation.name);
  if (!onConnection && !(operation.name in cacheHandlers)) {
    return false;
  }
  return (
    !otherCaches.has(header.cacheName) &&
    !seq.startsWith('auth') &&
    !seq.startsWith('tls') &&
    seq !== 'kv-with-previous'
  );
}

function soleRequest(bytes: Uint8Array): RequestMessage | undefined {
  const decoder = new RequestDecoder();
  decoder.push(bytes);
  try {
    const message = decoder.next();
    return decoder.isMidMessage ? undefined : message;
  } catch {
    return undefined;
  }
}

/** An answer, and the events that came with it. */
interface Answer {
  readonly reply: ResponseMessage | undefined;
  readonly events: readonly CacheEvent[];
}

function recordedAnswer({ exchange, message }: Step): Answer {
  const pending = pendingOf(message);
  const decoder = new ResponseDecoder({ pendingOf: () => pending });
  decoder.push(exchange.response);
  const messages: ResponseMessage[] = [];
  for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
    messages.push(next);
  }
  return {
    reply: messages.find(({ kind }) => kind !== 'event'),
    events: messages.flatMap((each) => (each.kind === 'event' ? [each.event] : [])),
  };
}

/** Real servers tell of events at once, some before the reply and some after it; this one tells of all before. */
async function givenAnswer(connection: WireConnection): Promise<Answer> {
  const events: CacheEvent[] = [];
  for (;;) {
    const message = await connection.next();
    if (message.kind !== 'event') {
      return { reply: message, events };
    }
    events.push(message.event);
  }
}

function pendingOf({ operation, header }: RequestMessage): PendingOperation {
  return { operation, version: header.version, intelligence: header.intelligence };
}

/** What is compared of a message: all but what differs between any two servers. */
function comparable(message: ResponseMessage | undefined): unknown {
  if (message === undefined || message.kind === 'event' || message.kind === 'counter-event') {
    return message;
  }
  const { kind, messageId, status } = message;
  if (kind === 'error') {
    return { kind, messageId, status };
  }
  const reply = withoutDynamic(message.reply) as Record<string, unknown>;
  if (message.operation.name === 'getAll') {
    reply.entries = (reply.entries as unknown[]).map((entry) => JSON.stringify(entry)).sort();
  }
  return { kind, messageId, status, reply };
}

const dynamic: Record<string, (value: unknown) => unknown> = {
  /** Of custom events: the last 8 bytes are a version, where a value stands before it. */
  data: (value) =>
    Buffer.from(value as Uint8Array)
      .toString('hex')
      .replace(/^(.{8,})(.{16})$/, '$1'),
  entryVersion: (value) => (value === -1n ? 'none' : typeof value),
  createdAtMs: (value) => typeof value,
  lastUsedAtMs: (value) => typeof value,
  iterationId: (value) => typeof value,
  opcodes: (value) => Array.isArray(value),
  statistics: (value) => (value as { name: string }[]).map(({ name }) => name),
};

function withoutDynamic(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('hex');
  }
  if (Array.isArray(value)) {
    return value.map(withoutDynamic);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, (dynamic[name] ?? withoutDynamic)(field)]),
  );
}

/** Versions and iteration ids as recorded, with those that the server under test gave in their place. */
class Tokens {
  readonly #given = new Map<string, unknown>();

  learn(recorded: unknown, given: unknown): void {
    if (typeof recorded !== 'object' || recorded === null || typeof given !== 'object' || given === null) {
      return;
    }
    for (const [name, value] of Object.entries(recorded)) {
      const counterpart = (given as Record<string, unknown>)[name];
      if (name === 'entryVersion' || name === 'iterationId') {
        this.#given.set(String(value), counterpart);
      } else if (!(value instanceof Uint8Array)) {
        this.learn(value, counterpart);
      }
    }
  }

  /** The request with our tokens; a version whose reading was not recorded is the one that the entry has now. */
  translate(message: RequestMessage, server: HotRodServer): unknown {
    const request = message.request as { entryVersion?: bigint; iterationId?: string; key?: Uint8Array };
    if (request.iterationId !== undefined) {
      return { ...request, iterationId: this.#given.get(request.iterationId) ?? request.iterationId };
    }
    if (request.entryVersion === undefined || Math.abs(Number(request.entryVersion)) < 1000) {
      return request;
    }
    const current = server.cache(message.header.cacheName).get(request.key!)?.version.token;
    const now = current === undefined ? undefined : BigInt.asIntN(64, BigInt(`0x${current}`));
    return { ...request, entryVersion: this.#given.get(String(request.entryVersion)) ?? now };
  }
}

/** When the entry was written that a step reads, on the recording's clock; some lifespans were sent as absolute times. */
function writtenAtMs(step: Step | undefined): number | undefined {
  const recorded = step === undefined ? undefined : recordedAnswer(step).reply;
  return recorded?.kind === 'reply'
    ? (recorded.reply as { metadata?: EntryMetadata }).metadata?.lifespan?.createdAtMs
    : undefined;
}

describe('the recorded exchanges of a real server', () => {
  let server: HotRodServer;
  let withDefaultCache: HotRodServer;
  const clock = new ManualClock();
  const seen = new Set<string>();

  beforeAll(async () => {
    server = await HotRodServer.listen({ caches, clock });
    withDefaultCache = await HotRodServer.listen({ caches: { defc: {} }, defaultCache: 'defc', clock });
  });
  afterAll(async () => {
    await server.close();
    await withDefaultCache.close();
  });

  it.each([...steps()])('are answered alike: %s', async (seq, group) => {
    const asked = seq === 'default-cache' ? withDefaultCache : server;
    for (const name of seq === 'default-cache' ? ['defc'] : Object.keys(caches)) {
      asked.cache(name).clear();
    }
    if (seq.startsWith('listener-')) {
      // It was there before the recording began.
      asked.cache('loc').put(new TextEncoder().encode('pre'), Uint8Array.of(0x31));
    }
    const tokens = new Tokens();
    await using connection = await WireConnection.open(asked.port);
    for (const [index, step] of group.entries()) {
      clock.jumpTo(writtenAtMs(group[index + 1]) ?? clock.nowMs());
      if (step.exchange.name.includes('expired')) {
        await clock.advance(10_000);
      }
      const { message, exchange } = step;
      const writer = new ByteWriter();
      const request = tokens.translate(message, asked);
      encodeRequest(writer, message.operation, message.header, request, { anyVersion: true });
      connection.expect(message.header.messageId, pendingOf(message));
      connection.send(writer.take());
      const { reply: given, events } = await givenAnswer(connection);
      const { reply: recorded, events: recordedEvents } = recordedAnswer(step);
      const label = `${seq} / ${exchange.name}`;
      const reason = knownDifferences.get(label);
      seen.add(label);
      if (reason === undefined) {
        expect.soft(comparable(given), label).toEqual(comparable(recorded));
      } else {
        expect
          .soft(comparable(given), `${label} is listed as different (${reason}) but is not`)
          .not.toEqual(comparable(recorded));
      }
      if (!knownDifferences.has(label)) {
        expect.soft(withoutDynamic(events), `events of ${label}`).toEqual(withoutDynamic(recordedEvents));
      }
      if (given?.kind === 'reply' && recorded?.kind === 'reply' && !isErrorStatus(given.status)) {
        tokens.learn(recorded.reply, given.reply);
      }
    }
  });

  it('hold over 900 that are compared', () => {
    expect([...steps().values()].flat().length).toBeGreaterThan(900);
  });

  it('are all there that are listed as different', () => {
    expect([...knownDifferences.keys()].filter((label) => !seen.has(label))).toEqual([]);
  });
});
