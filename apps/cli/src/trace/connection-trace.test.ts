import { decodeExchange, operations } from '@kvtwin/hotrod-protocol';
import { chunkings, hotRodExchanges, toHex } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { ConnectionTrace } from './connection-trace.js';
import type { TraceEvent } from './trace-event.js';
import { recordedRow } from './trace-row.js';

/** Recorded exchanges of a request that can be decoded, with one answer. */
const exchanges = hotRodExchanges().filter(({ request, response }) => {
  const exchange = decodeExchange(request, response);
  return exchange.outcome === 'decoded' && exchange.messages.length === 1;
});

function traced(): { trace: ConnectionTrace; events: TraceEvent[] } {
  const events: TraceEvent[] = [];
  return { events, trace: new ConnectionTrace({ keepBytes: true, onEvent: (event) => events.push(event) }) };
}

const isLogin = ({ request }: { request: Uint8Array }): boolean =>
  request[3] === operations.auth.requestOpcode || request[4] === operations.auth.requestOpcode;

describe('ConnectionTrace', () => {
  it('tells every recorded exchange, and keeps its bytes', () => {
    expect(exchanges.length).toBeGreaterThan(500);
    for (const { name, request, response } of exchanges) {
      const { trace, events } = traced();
      trace.fromClient(request, 1000);
      trace.fromServer(response, 1002.5);
      const [asked, answered] = events;
      expect(asked?.kind, name).toBe('request');
      if (answered?.kind !== 'reply') throw new Error(`${name}: ${answered?.kind}`);
      expect(answered.latencyMs, name).toBe(2.5);
      if (isLogin({ request })) continue;
      expect(recordedRow('c1', answered), name).toMatchObject({
        request_hex: toHex(request),
        response_hex: toHex(response),
      });
    }
  });

  it('tells the same however the bytes are split', () => {
    const some = exchanges.filter(({ request }, at) => at % 120 === 0 && request.length < 200);
    for (const { name, request, response } of some) {
      const whole = traced();
      whole.trace.fromClient(request, 1);
      whole.trace.fromServer(response, 2);
      for (const there of chunkings(request, { maxSplits: 20 })) {
        for (const back of chunkings(response, { maxSplits: 20, random: 1 })) {
          const { trace, events } = traced();
          for (const chunk of there.chunks) trace.fromClient(chunk, 1);
          for (const chunk of back.chunks) trace.fromServer(chunk, 2);
          expect(comparable(events), `${name} ${there.name} ${back.name}`).toEqual(comparable(whole.events));
        }
      }
    }
  });

  it('tells what was pipelined, in whatever order it is answered', () => {
    const { trace, events } = traced();
    trace.fromClient(Buffer.from('a0011417000001ffffffff0f' + 'a0021417000001ffffffff0f', 'hex'), 1);
    trace.fromServer(Buffer.from('a102180000' + 'a101180000', 'hex'), 3);
    const replies = events.flatMap((event) => (event.kind === 'reply' ? [event.message.messageId] : []));
    expect(replies).toEqual([2, 1]);
  });

  it('tells what was not answered when the connection ends', () => {
    const { trace, events } = traced();
    trace.fromClient(Buffer.from('a0011417000001ffffffff0f', 'hex'), 1);
    trace.end(5);
    expect(events.at(-1)).toMatchObject({ kind: 'unanswered', request: { header: { messageId: 1 } } });
    trace.end(6);
    expect(events).toHaveLength(2);
  });

  it('says once what it does not understand, and nothing after that', () => {
    const { trace, events } = traced();
    trace.fromClient(Buffer.from('GET / HTTP/1.1\r\n\r\n'), 1);
    trace.fromClient(Buffer.from('GET / HTTP/1.1\r\n\r\n'), 2);
    trace.fromServer(Buffer.from('HTTP/1.1 200 OK\r\n'), 3);
    expect(events).toMatchObject([
      { kind: 'undecodable', side: 'client', code: 'HOTROD_BAD_MAGIC', final: true },
    ]);
  });

  it('goes on behind an operation that it does not know', () => {
    const { trace, events } = traced();
    trace.fromClient(Buffer.from('a00114ee000001ffffffff0f', 'hex'), 1);
    trace.fromServer(Buffer.from('a10150820002' + '6e6f', 'hex'), 2);
    trace.fromClient(Buffer.from('a0021417000001ffffffff0f', 'hex'), 3);
    trace.fromServer(Buffer.from('a102180000', 'hex'), 4);
    expect(events.map(({ kind }) => kind)).toEqual(['undecodable', 'reply', 'request', 'reply']);
  });

  it('stops at a reply to nobody, and does not throw for random bytes', () => {
    const { trace, events } = traced();
    trace.fromServer(Buffer.from('a107180000', 'hex'), 1);
    expect(events).toMatchObject([{ side: 'server', code: 'HOTROD_UNKNOWN_MESSAGE_ID', final: true }]);
    for (let seed = 0; seed < 200; seed++) {
      const bytes = Uint8Array.from({ length: 40 }, (_, at) => (seed * 131 + at * at * 17) % 256);
      const random = traced();
      random.trace.fromClient(Buffer.concat([Uint8Array.of(0xa0, 1, 30), bytes]), 1);
      random.trace.fromServer(Buffer.concat([Uint8Array.of(0xa1, 1), bytes]), 1);
    }
  });

  it('never shows what a login says', () => {
    const secret = Buffer.from('\0user\0hunter2');
    const auth = Buffer.concat([
      Buffer.from('a0011423000001ffffffff0f', 'hex'),
      Buffer.from([5]),
      Buffer.from('PLAIN'),
      Buffer.from([secret.length]),
      secret,
    ]);
    const { trace, events } = traced();
    trace.fromClient(auth, 1);
    trace.fromServer(Buffer.from('a10124000001' + '03736563', 'hex'), 2);
    const told = JSON.stringify(events, plain);
    expect(told).not.toContain(toHex(Buffer.from('hunter2')));
    expect(told).not.toContain(toHex(Buffer.from('sec')));
    expect(events.map(({ kind }) => kind)).toEqual(['request', 'reply']);
    const [, reply] = events;
    const row = recordedRow('c1', reply as TraceEvent) as { request_hex: string; response_hex: string };
    expect(
      decodeExchange(Buffer.from(row.request_hex, 'hex'), Buffer.from(row.response_hex, 'hex')),
    ).toMatchObject({
      outcome: 'decoded',
      reencodes: true,
    });
  });

  it('shows nothing of a login that it does not understand', () => {
    const { trace, events } = traced();
    trace.fromClient(Buffer.concat([Buffer.from('a0010a23', 'hex'), Buffer.from('hunter2')]), 1);
    expect(events).toMatchObject([{ kind: 'undecodable', bytes: undefined }]);
  });
});

const comparable = (events: TraceEvent[]): unknown => JSON.parse(JSON.stringify(events, plain));

/** For JSON.stringify: bytes as hex, big numbers as text, operations by name. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer') {
    return Buffer.from((value as unknown as { data: number[] }).data).toString('hex');
  }
  if (typeof value === 'object' && value !== null && 'requestOpcode' in value)
    return (value as { name?: string }).name;
  return value;
}
