import { expect, it } from 'vitest';
import { versionText } from './pair-reply-format.js';

it.each([
  ['0000000000000000', '0'],
  ['0000000000000001', '1'],
  ['000000003b9ac9ff', '999999999'],
  ['000000003b9aca00', '1000000000'],
  ['000000003b9aca07', '1000000007'],
  ['000000012a05f200', '5000000000'],
  ['000fffffffffffff', '4503599627370495'],
  ['0010000000000000', '4503599627370496'],
  ['0020000000000001', '9007199254740993'],
  ['7fffffffffffffff', '9223372036854775807'],
  ['ffffffffffffffff', '18446744073709551615'],
])('writes the Hot Rod version %s as %s', (token, text) => {
  expect(versionText({ scheme: 'hotrod', token })).toBe(text);
  expect(versionText({ scheme: 'hotrod', token })).toBe(BigInt(`0x${token}`).toString());
});

it('leaves counters, and tokens of another form, as they are', () => {
  expect(versionText({ scheme: 'counter', token: '0000000000000012' })).toBe('0000000000000012');
  expect(versionText({ scheme: 'hotrod', token: '12' })).toBe('12');
});
