import { HotRodError } from '../hotrod-error.js';
import type { HotRodClientOptions } from './options.js';
import { optionsOfProperties, PropertyMistake } from './options-of-properties.js';
import type { HotRodUri } from './parse-hotrod-uri.js';

/** Client options of a URI. Throws `HOTROD_INVALID_URI` on unknown properties, `HOTROD_UNSUPPORTED` on those that cannot be. */
export function optionsFromUri(uri: HotRodUri): HotRodClientOptions {
  const { servers, cache, username, password, secure, properties } = uri;
  try {
    if (properties.has('uri')) throw new PropertyMistake('a URI within a URI');
    return optionsOfProperties(properties, { options: { servers, cache }, username, password, secure });
  } catch (error) {
    if (!(error instanceof PropertyMistake)) throw error;
    throw new HotRodError(`not a usable Hot Rod URI: ${error.message}`, { code: 'HOTROD_INVALID_URI' });
  }
}
