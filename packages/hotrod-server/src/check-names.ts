import { HotRodServerError } from './hot-rod-server-error.js';

/** Refuses what is no object, and names that no option has: a misspelt one must not be passed over (`HOTROD_SERVER_INVALID_OPTION`). */
export function checkNames(what: string, given: unknown, names: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(`${what} must be an object`);
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw invalid(`${what}: there is no '${unknown}'; there are ${names.join(', ')}`);
  }
}

/** Refuses what is no object with an object under each name. */
export function checkCaches(caches: unknown, names: readonly string[]): void {
  if (typeof caches !== 'object' || caches === null || Array.isArray(caches)) {
    throw invalid('caches must be an object: the options of each cache by its name');
  }
  for (const [name, cache] of Object.entries(caches)) {
    checkNames(`caches.${name}`, cache, names);
  }
}

function invalid(message: string): HotRodServerError {
  return new HotRodServerError('HOTROD_SERVER_INVALID_OPTION', message);
}
