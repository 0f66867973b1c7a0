import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import type { SideFlags } from '../options/side-options.js';
import { configFolder, type Profile, ProfileStore, type Profiles } from './profile-store.js';
import { fillPasswords } from './url-password.js';
import { withoutCredentials } from './without-credentials.js';

/** The two sides, as URLs. `names` are what people call them; without credentials. */
export type Sides =
  | {
      readonly kind: 'two';
      readonly urls: readonly [string, string];
      readonly names: readonly [string, string];
      readonly versions?: 'counter' | 'opaque';
      /** The profile they came from. */
      readonly profile?: string;
    }
  | {
      readonly kind: 'pair';
      readonly url: string;
      readonly names?: readonly [string, string];
      readonly versions?: 'counter' | 'opaque';
      readonly profile?: string;
    };

const howToName =
  'name both sides: --first URL --second URL, or --pair URL, or a profile (kvtwin profile --help)';

/**
 * Finds out which two sides are meant. The nearest wins: the command line, then the environment, then the active
 * profile. A profile that is one side may stand wherever a URL may.
 */
export async function resolveSides(flags: SideFlags, env: CliIo['env']): Promise<Sides> {
  const profiles = await new ProfileStore(configFolder(env)).load();
  const named = await withPasswords(
    fromFlags(flags, env, profiles) ?? fromProfile(flags, env, profiles),
    flags,
    env,
  );
  const sides = flags.cache === undefined ? named : inCache(named, flags.cache);
  return flags.versions === undefined ? sides : { ...sides, versions: flags.versions };
}

async function withPasswords(sides: Sides, { passwordFile }: SideFlags, env: CliIo['env']): Promise<Sides> {
  if (sides.kind === 'two') return { ...sides, urls: await fillPasswords(sides.urls, passwordFile, env) };
  const [url] = await fillPasswords([sides.url] as const, passwordFile, env);
  return { ...sides, url };
}

function fromFlags(flags: SideFlags, env: CliIo['env'], profiles: Profiles): Sides | undefined {
  const named = flags.first ?? flags.second;
  if (flags.pair !== undefined && named !== undefined) {
    throw new CliError('--pair names both sides already', { hint: 'leave out --first and --second' });
  }
  if (flags.profile !== undefined) {
    if (flags.pair === undefined && named === undefined) return undefined;
    throw new CliError('--profile names both sides already', {
      hint: 'leave out --first, --second and --pair',
    });
  }
  if (flags.pair !== undefined) return pairOf(flags.pair);
  const first = flags.first ?? (env.KVTWIN_FIRST || undefined);
  const second = flags.second ?? (env.KVTWIN_SECOND || undefined);
  if (named === undefined && env.KVTWIN_PAIR) return pairOf(env.KVTWIN_PAIR);
  if (first === undefined && second === undefined) return undefined;
  if (first === undefined || second === undefined) {
    throw new CliError(`only the ${first === undefined ? 'second' : 'first'} side is named`, {
      hint: howToName,
    });
  }
  return twoOf(first, second, profiles);
}

function fromProfile(flags: SideFlags, env: CliIo['env'], profiles: Profiles): Sides {
  const name = flags.profile ?? (env.KVTWIN_PROFILE || profiles.active);
  if (name === undefined) throw new CliError('which two sides?', { hint: howToName });
  const profile = profileNamed(name, profiles);
  if (profile.url !== undefined) {
    throw new CliError(`profile ${name} is one side`, { hint: `--first ${name} --second OTHER` });
  }
  const sides =
    profile.pair === undefined
      ? twoOf(profile.first ?? '', profile.second ?? '', profiles)
      : pairOf(profile.pair);
  return {
    ...sides,
    profile: name,
    ...(profile.names === undefined ? {} : { names: profile.names }),
    ...(profile.versions === undefined ? {} : { versions: profile.versions }),
  };
}

/** The profile of that name; otherwise an error that tells the names there are. */
export function profileNamed(name: string, { profiles }: Profiles): Profile {
  const found = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(profiles);
  throw new CliError(`there is no profile ${name}`, {
    hint: known.length === 0 ? 'no profiles yet: kvtwin profile add --help' : `profiles: ${known.join(', ')}`,
  });
}

/** As {@link profileNamed}, and the sides of the active profile by the names that they have there. */
export function sideNamed(name: string, all: Profiles): Profile {
  const { active, profiles } = all;
  if (Object.hasOwn(profiles, name)) return profiles[name]!;
  const { first, second, names } = (active === undefined ? undefined : profiles[active]) ?? {};
  const url = [first, second][names?.indexOf(name) ?? -1];
  if (url === undefined) return profileNamed(name, all);
  return url.includes(':') ? { url } : profileNamed(url, all);
}

function pairOf(url: string): Sides {
  return { kind: 'pair', url };
}

function twoOf(first: string, second: string, profiles: Profiles): Sides {
  const sides = [sideOf(first, profiles), sideOf(second, profiles)] as const;
  const names = sides.map(({ name }) => name) as [string, string];
  const distinct = names[0] === names[1] ? (['first', 'second'] as const) : names;
  return { kind: 'two', urls: [sides[0].url, sides[1].url], names: distinct };
}

function sideOf(text: string, profiles: Profiles): { url: string; name: string } {
  if (text.includes(':')) return { url: text, name: shortName(text) };
  const profile = sideNamed(text, profiles);
  if (profile.url === undefined) {
    throw new CliError(`profile ${text} is a pair, not one side`, { hint: `--profile ${text}` });
  }
  return { url: profile.url, name: text };
}

function inCache(sides: Sides, cache: string): Sides {
  if (sides.kind === 'pair')
    throw new CliError('--cache is for Hot Rod sides', { hint: 'a HustDB HA front has no caches' });
  return { ...sides, urls: [urlInCache(sides.urls[0], cache), urlInCache(sides.urls[1], cache)] };
}

function urlInCache(url: string, cache: string): string {
  const [, server, options = ''] = /^(hotrods?:\/\/[^/?#]*)(?:\/[^?#]*)?(\?.*)?$/i.exec(url) ?? [];
  if (server === undefined) {
    throw new CliError('--cache is for Hot Rod sides', { hint: `${withoutCredentials(url)} is none` });
  }
  return `${server}/${encodeURIComponent(cache)}${options}`;
}

/** `host:port/cache` of a URL, `memory:NAME` as it is. */
export function shortName(url: string): string {
  return withoutCredentials(url)
    .replace(/^[a-z0-9+]+:\/\/(\*\*\*@)?/i, '')
    .replace(/[?#].*$/, '')
    .replace(/\/$/, '');
}
