import { HotRodError } from '../hotrod-error.js';
import { type HotRodClientOptions, mergeOptions } from './options.js';
import { optionsFromUri } from './options-from-uri.js';
import { optionsOfProperties, PropertyMistake } from './options-of-properties.js';
import { parseHotRodUri } from './parse-hotrod-uri.js';
import { parseProperties } from './parse-properties.js';

const PREFIX = 'infinispan.client.hotrod.';

/**
 * Client options of a `hotrod-client.properties` file of the Java client: its text, or its properties under their full
 * names, `infinispan.client.hotrod.server_list` and so on. Properties with other names are somebody else's and are passed
 * over. Of `infinispan.client.hotrod.uri` and a property that says otherwise, the property counts.
 *
 * Throws `HOTROD_INVALID_ARGUMENT` on unknown names and bad values, `HOTROD_UNSUPPORTED` on what this client would not do,
 * `HOTROD_INVALID_URI` on the URI.
 */
export function optionsFromProperties(given: string | Readonly<Record<string, string>>): HotRodClientOptions {
  const all = typeof given === 'string' ? parseProperties(given) : new Map(Object.entries(given));
  const properties = new Map<string, string>();
  for (const [name, value] of all) {
    if (name.startsWith(PREFIX)) properties.set(name.slice(PREFIX.length), value.trim());
  }
  if (properties.size === 0) throw invalid(`no property has a name that begins with ${PREFIX}`);
  const uri = properties.get('uri');
  properties.delete('uri');
  const fromUri = uri === undefined ? {} : optionsFromUri(parseHotRodUri(uri));
  try {
    return mergeOptions(fromUri, optionsOfProperties(properties, { options: {}, secure: false }));
  } catch (error) {
    throw error instanceof PropertyMistake ? invalid(error.message) : error;
  }
}

function invalid(why: string): HotRodError {
  return new HotRodError(`the Hot Rod properties cannot be used: ${why}`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}
