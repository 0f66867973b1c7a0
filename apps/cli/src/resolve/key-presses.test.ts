import { describe, expect, it } from 'vitest';
import { KeyPresses } from './key-presses.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the keys that were pressed', () => {
  it.each([
    ['abw?', ['a', 'b', 'w', '?']],
    ['\u0003', ['ctrl-c']],
    ['\r', ['\n']],
    ['\u001b[A\u001b[B\u001b[5~\u001b[6~', ['up', 'down', 'page-up', 'page-down']],
    ['\u001bOA\u001b[1~\u001b[4~\u001b[H\u001b[F', ['up', 'home', 'end', 'home', 'end']],
    ['\u001b[1;5Cn', ['n']],
    ['用', ['用']],
  ])('of %j are %j', (typed, keys) => {
    expect(new KeyPresses().take(bytes(typed))).toEqual(keys);
    const slowly = new KeyPresses();
    expect([...bytes(typed)].flatMap((byte) => slowly.take(Uint8Array.of(byte)))).toEqual(keys);
  });

  it('are known again after an escape that nothing belonged to', () => {
    const presses = new KeyPresses();
    expect(presses.take(bytes('\u001b'))).toEqual([]);
    expect(presses.take(bytes('q'))).toEqual(['q']);
  });
});
