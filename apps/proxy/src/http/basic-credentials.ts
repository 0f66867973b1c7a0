import { timingSafeEqual } from 'node:crypto';
import type { ProxyUser } from '../proxy-options.js';

/** Whether an `Authorization` header holds the Basic credentials of one of the users. Takes the same time for a near miss. */
export function basicCredentials(users: readonly ProxyUser[]): (header: string | undefined) => boolean {
  const expected = users.map((user) => Buffer.from(`${user.name}:${user.password}`));
  return (header) => {
    const given = header === undefined ? null : /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header);
    if (given === null) return false;
    const credentials = Buffer.from(given[1]!, 'base64');
    let accepted = false;
    for (const one of expected) {
      if (one.length === credentials.length && timingSafeEqual(one, credentials)) accepted = true;
    }
    return accepted;
  };
}
