import { HotRodError } from '../hotrod-error.js';

/** What is to be iterated, as a list. Throws `HOTROD_INVALID_ARGUMENT` where it cannot be; a text is no list of its letters. */
export function listOf<T>(name: string, given: Iterable<T>): T[] {
  if (Array.isArray(given)) return given as T[];
  if (typeof given === 'object' && given !== null && typeof given[Symbol.iterator] === 'function') {
    return [...given];
  }
  const what = given === null ? 'null' : typeof given;
  throw new HotRodError(`${name} is ${what}; give an array, or whatever else can be iterated`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}
