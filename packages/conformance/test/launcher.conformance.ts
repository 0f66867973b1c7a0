import { connect } from 'node:net';
import { fromHex, toHex } from '@kvtwin/testkit';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { findJava, findMaven } from '../src/index.js';

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

describe('on a machine that lacks the tools', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('a missing Java is told with what to install', async () => {
    vi.stubEnv('JAVA_HOME', '/nowhere');
    await expect(findJava()).rejects.toMatchObject({
      code: 'CONFORMANCE_NO_JAVA',
      message: expect.stringMatching(/\/nowhere\/bin\/java was not found.*Java 17.*apt-get install/),
    });
  });

  test('a missing Maven is told as well', async () => {
    vi.stubEnv('PATH', '/nowhere');
    await expect(findMaven()).rejects.toMatchObject({
      code: 'CONFORMANCE_NO_JAVA',
      message: expect.stringContaining('mvn was not found'),
    });
  });
});
