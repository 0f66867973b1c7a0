import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import { configFolder, ProfileStore } from './profile-store.js';
import { shortName, sideNamed } from './resolve-sides.js';
import { fillPasswords } from './url-password.js';

/** One side, as a URL, and what people call it; the name is without credentials. */
export interface Side {
  readonly url: string;
  readonly name: string;
}

/** The side that is meant, with the password of `KVTWIN_PASSWORD` where it leaves it out: a URL, the name of a profile that is one side, or of a side of the active profile. */
export async function resolveSide(text: string, env: CliIo['env']): Promise<Side> {
  if (text.includes(':')) {
    const [filled] = await fillPasswords([text] as const, undefined, env);
    return { url: filled, name: shortName(text) };
  }
  const { url } = sideNamed(text, await new ProfileStore(configFolder(env)).load());
  if (url === undefined) {
    throw new CliError(`profile ${text} is a pair, not one side`, { hint: 'name one of its sides' });
  }
  const [filled] = await fillPasswords([url] as const, undefined, env);
  return { url: filled, name: text };
}
