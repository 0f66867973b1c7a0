import { expect, test } from 'vitest';
import { openBackend } from './open-backend.js';

test.each([
  ['hotrod://127.0.0.1:99999', 'PROXY_INVALID_BACKEND', 'port 99999 is above 65535'],
  ['hustdb://app:secret@h:70000/', 'PROXY_INVALID_BACKEND', 'invalid backend hustdb://h:70000/: port 70000'],
  ['hustdb://', 'PROXY_INVALID_BACKEND', 'invalid backend hustdb://'],
  ['foo://h', 'PROXY_UNKNOWN_BACKEND', 'unknown backend "foo://h"'],
])('%s is refused: %s, %s', async (url, code, text) => {
  await expect(openBackend(url)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
});
