import { randomBytes } from 'node:crypto';

const ACCEPTABLE = /^[\x21-\x7e]{1,128}$/;

/**
 * Names requests: a caller's own `X-Request-Id` of 1 to 128 printable characters is kept, so that one name leads through
 * all logs; others get a counter behind a random start that no other proxy has.
 */
export function requestIds(): (given: string | undefined) => string {
  const start = randomBytes(4).toString('hex');
  let count = 0;
  return (given) =>
    given !== undefined && ACCEPTABLE.test(given) ? given : `${start}-${(++count).toString(36)}`;
}
