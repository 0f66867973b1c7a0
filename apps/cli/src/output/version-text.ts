import type { EntryVersion, VersionScheme } from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';

/** A version for people, in the form that `--if-version` takes: `0x…` of Hot Rod, the counter of HustDB. */
export function formatVersion(version: EntryVersion): string {
  if (version.scheme === 'hotrod') return `0x${version.token}`;
  return version.token === '' ? '(undefined)' : version.token;
}

/** A version as a person gave it, for a side whose versions are of that scheme. */
export function parseVersion(text: string, scheme: VersionScheme): EntryVersion {
  if (scheme === 'hotrod') {
    const hex = /^(?:0x)?([0-9a-f]{16})$/i.exec(text);
    if (hex === null) {
      throw new CliError(`--if-version ${text} is no Hot Rod version`, {
        hint: 'as kvtwin get shows it: 0x and 16 hex digits',
      });
    }
    return { scheme, token: hex[1]!.toLowerCase() };
  }
  if (scheme === 'counter' && !/^\d{1,10}$/.test(text)) {
    throw new CliError(`--if-version ${text} is no HustDB version`, {
      hint: 'as kvtwin get shows it: a number',
    });
  }
  return { scheme, token: text };
}
