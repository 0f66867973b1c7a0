import type { Two } from '@kvtwin/versioned-value';
import type { CacheRead, CacheWritten } from '../commands/pair-commands.js';
import type { Compatibility } from '../proxy-options.js';
import { type Answer, emptyAnswer, notFound, textAnswer } from './answer.js';

/**
 * What `/cache/get`, `exist`, `ttl`, `hget` and `hexist` answer: 200 with an empty `Version` and the value, else 404 with
 * `Version: 0`. Extended: 503 where no side has it and one could not be asked, 400 where none can be asked so.
 */
export function cacheReadAnswer(read: CacheRead, compat: Compatibility): Answer {
  if (read.outcome === 'found') {
    return { status: 200, outcome: 'present', headers: ['Version', ''], body: [read.value] };
  }
  if (read.outcome === 'absent') return notFound('absent');
  if (read.error === undefined) return notFound('unreadable');
  const message = `${read.error.code}: ${read.error.message}`;
  if (compat === 'strict') return notFound('unreadable', message);
  if (read.error.code.startsWith('STORE_INVALID_')) return textAnswer(400, 'invalid-request', message);
  return textAnswer(503, 'unreadable', message, ['Retry-After', '1']);
}

/**
 * What a write to the caches answers: never a version.
 *
 *     both did it           200          the last one's body (the sum of an increment)
 *     one did it            200 Fail     the same
 *     neither               404          | extended: 503 where one of them could not be asked
 */
export function cacheWriteAnswer(
  { sides, body, failed }: CacheWritten,
  names: Two<string>,
  compat: Compatibility,
): Answer {
  const told = ['X-Sides', sides.join(', ')];
  const done = sides.filter((side) => side === 'applied').length;
  if (done === 0) {
    const unknown = sides.includes('unknown');
    if (compat === 'extended' && unknown) {
      return textAnswer(503, 'unknown', 'no side wrote to its cache', ['Retry-After', '1', ...told]);
    }
    return emptyAnswer(404, unknown ? 'unknown' : 'rejected', told);
  }
  if (done === 2) return { status: 200, outcome: 'applied', headers: told, body: [body] };
  const other = sides[0] === 'applied' ? 1 : 0;
  const outcome = sides[other] === 'unknown' ? 'unknown' : 'rejected';
  return { status: 200, outcome, headers: ['Fail', failed ?? names[other], ...told], body: [body] };
}
