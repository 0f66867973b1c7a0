import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { configFolder, ProfileStore } from './profile-store.js';
import { profileNamed, shortName } from './resolve-sides.js';

/** One side, as a URL, and what people call it; the name is without credentials. */
export interface Side {
  readonly url: string;
  readonly name: string;
}

/** The side that is meant: a URL, or the name of a profile that is one side. */
export async function resolveSide(text: string, env: CliIo['env']): Promise<Side> {
  if (text.includes(':')) return { url: text, name: shortName(text) };
  const { url } = profileNamed(text, await new ProfileStore(configFolder(env)).load());
  if (url === undefined) {
    throw new CliError(`profile ${text} is a pair, not one side`, { hint: 'name one of its sides' });
  }
  return { url, name: text };
}
