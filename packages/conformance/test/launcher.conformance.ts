import { connect } from 'node:net';
import { fromHex, toHex } from '@kvtwin/testkit';
import { expect, inject, test } from 'vitest';

function exchange(port: number, request: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.once('data', (reply) => {
      socket.destroy();
      resolve(reply);
    });
    socket.once('error', reject);
  });
}

test('both sites answer a recorded ping of 2.0 with the recorded bytes', async () => {
  const ping = fromHex('a0011417000001ffffffff0f');
  for (const port of [inject('firstPort'), inject('secondPort')]) {
    expect(toHex(await exchange(port, ping))).toBe('a101180000');
  }
});
