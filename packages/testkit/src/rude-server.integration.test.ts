import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { type Rudeness, startRudeServer } from './rude-server.js';

interface Seen {
  readonly bytes: Uint8Array;
  readonly error?: string;
}

function talkTo(port: number): Promise<Seen> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let error: string | undefined;
    const socket = connect(port, '127.0.0.1', () => socket.write('hello'));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (failure: NodeJS.ErrnoException) => {
      error = failure.code;
    });
    socket.on('close', () => resolve({ bytes: new Uint8Array(Buffer.concat(chunks)), error }));
  });
}

const half = Uint8Array.of(0xa1, 1, 4);

const cases: [title: string, rudeness: Rudeness, bytes: Uint8Array][] = [
  ['closes at once', { kind: 'close' }, new Uint8Array(0)],
  ['sends half a reply and closes', { kind: 'close-after', bytes: half }, half],
];

test.each(cases)('%s', async (_title, rudeness, bytes) => {
  await using server = await startRudeServer(rudeness);
  expect((await talkTo(server.port)).bytes).toEqual(bytes);
  expect(server.accepted).toBe(1);
});

test.each<Rudeness>([{ kind: 'reset' }, { kind: 'reset-after', bytes: half }])(
  'resets: $kind',
  async (rudeness) => {
    await using server = await startRudeServer(rudeness);
    expect((await talkTo(server.port)).error).toMatch(/ECONNRESET|EPIPE/);
  },
);

test('chooses by the number of the connection, and closing drops who is connected', async () => {
  const server = await startRudeServer((connection) => ({ kind: connection === 1 ? 'close' : 'silent' }));
  await talkTo(server.port);
  const second = talkTo(server.port);
  while (server.received().length < 5) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await server.close();
  expect((await second).bytes).toHaveLength(0);
});
