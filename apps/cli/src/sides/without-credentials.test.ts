import { expect, it } from 'vitest';
import { withoutCredentials } from './without-credentials.js';

it.each([
  ['hotrod://app:secret@lon:11222/users', 'hotrod://***@lon:11222/users'],
  ['hustdb://u:p@ss@host', 'hustdb://***@host'],
  ['hustdb://u:p/ss@host:8085', 'hustdb://***@host:8085'],
  ['hotrod://lon/users?trust_store_password=x&a=1', 'hotrod://lon/users?trust_store_password=***&a=1'],
  ['memory:a', 'memory:a'],
  ['ftp//nonsense', 'ftp//nonsense'],
])('shows %s as %s', (url, shown) => {
  expect(withoutCredentials(url)).toBe(shown);
});
