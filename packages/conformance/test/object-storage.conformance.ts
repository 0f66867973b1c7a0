import { RequestFlag } from '@kvtwin/hotrod-protocol';
import { describe, expect, inject, test } from 'vitest';
import { openRawConnection } from '../src/index.js';
import { freshKey, utf8 } from './sample-keys.js';

/** Only 2.4 to 2.8 have statuses that say how the cache stores its entries. */
const CASES = [
  ['2.0', { plain: 0, previous: 3, refused: 4 }],
  ['2.5', { plain: 6, previous: 7, refused: 8 }],
  ['2.8', { plain: 6, previous: 7, refused: 8 }],
  ['3.1', { plain: 0, previous: 3, refused: 4 }],
  ['4.1', { plain: 0, previous: 3, refused: 4 }],
] as const;

/** Such a cache takes ProtoStream: a WrappedMessage whose field 9 is the text. */
function wrapped(text: Uint8Array): Uint8Array {
  return Uint8Array.of(0x4a, text.length, ...text);
}

describe.each(CASES)('a cache that stores objects, in %s', (version, { plain, previous, refused }) => {
  test('success has its own statuses, and the bodies are as ever', async () => {
    const connection = await openRawConnection({ port: inject('firstPort'), version, cacheName: 'objects' });
    const key = wrapped(freshKey());
    const value = wrapped(utf8('value'));
    const flags = RequestFlag.FORCE_RETURN_PREVIOUS_VALUE;
    expect((await connection.call('ping', {})).status).toBe(plain);
    expect((await connection.call('put', { key, value })).status).toBe(plain);
    const got = await connection.call('get', { key });
    expect(got).toMatchObject({ status: plain, reply: { outcome: 'ok', value } });
    const put = await connection.call('put', { key, value }, { flags });
    expect(put).toMatchObject({
      status: previous,
      reply: { outcome: 'ok-with-previous', previous: { value } },
    });
    const again = await connection.call('putIfAbsent', { key, value }, { flags });
    expect(again).toMatchObject({
      status: refused,
      reply: { outcome: 'not-executed-with-previous', previous: { value } },
    });
    expect((await connection.call('get', { key: wrapped(freshKey()) })).status).toBe(2);
    await connection.close();
  });
});
