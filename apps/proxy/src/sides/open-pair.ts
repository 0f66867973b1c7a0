import { openHustDbHaPairSource } from '@kvtwin/hustdb-client';
import { ReplicaPair } from '@kvtwin/replica-pair';
import {
  MemoryRegistry,
  type PairSource,
  type Two,
  type VersionPolicy,
  withCounterEnvelopes,
} from '@kvtwin/versioned-value';
import { ProxyError } from '../proxy-error.js';
import type { SideOption, SidesOptions, VersionsOption } from '../proxy-options.js';
import { type Backend, type BackendOptions, openBackend, withoutCredentials } from './open-backend.js';

/** A pair, opened. */
export interface OpenedPair {
  readonly source: PairSource;
  /** What each side is called in `Sync` and in messages. */
  readonly sideNames: Two<string>;
  /** The two sides by themselves; none where the pair was opened as a whole. */
  readonly backends?: Two<Backend>;
  /** Closes what was opened here; what the caller had opened stays open. */
  close(): Promise<void>;
}

/**
 * Opens two sides, or a pair as a whole.
 *
 * `versions`: `counter` needs sides that count as HustDB does. HustDB nodes do; a `memory:` side is given the counter
 * envelope by itself, for nothing has been stored in it before; a Hot Rod side must ask for it (`?envelope=1`), since the
 * envelope changes what is stored: `PROXY_VERSIONS_NOT_COMPARABLE` otherwise. `auto` is `counter` where that works without
 * `?envelope=1` being added, else `opaque`.
 */
export async function openPair(options: SidesOptions, backend: BackendOptions = {}): Promise<OpenedPair> {
  const { first, second, pair } = options;
  if (pair !== undefined) {
    if (first !== undefined || second !== undefined) {
      throw invalid('give either the pair, or its first and second side');
    }
    return openWholePair(pair, options.versions ?? 'auto');
  }
  if (first === undefined || second === undefined) {
    throw invalid(`the ${first === undefined ? 'first' : 'second'} side is missing: a pair has two`);
  }
  return openTwoSides([first, second], options.versions ?? 'auto', backend);
}

async function openWholePair(pair: string | PairSource, versions: VersionsOption): Promise<OpenedPair> {
  if (typeof pair !== 'string') {
    requirePolicy(pair, versions);
    return { source: pair, sideNames: pair.sideNames ?? ['first', 'second'], close: async () => {} };
  }
  if (!/^hustdb\+ha:\/\//i.test(pair)) {
    throw new ProxyError(
      'PROXY_UNKNOWN_BACKEND',
      `unknown pair ${JSON.stringify(withoutCredentials(pair))}; known is hustdb+ha://[user:password@]host[:8082]`,
    );
  }
  const source = await openHustDbHaPairSource(pair);
  requirePolicy(source, versions);
  return { source, sideNames: source.sideNames ?? ['first', 'second'], close: () => source.close() };
}

/** A pair that exists has its policy; another one cannot be had from it. */
function requirePolicy(source: PairSource, versions: VersionsOption): void {
  if (versions === 'auto' || versions === source.policy) return;
  throw new ProxyError(
    'PROXY_VERSIONS_NOT_COMPARABLE',
    `${source.name} compares versions by policy ${source.policy}; it cannot be asked for ${versions}`,
  );
}

async function openTwoSides(
  sides: Two<SideOption>,
  versions: VersionsOption,
  options: BackendOptions,
): Promise<OpenedPair> {
  const shared = { ...options, memory: options.memory ?? new MemoryRegistry() };
  const opened: Backend[] = [];
  try {
    for (const side of sides) {
      opened.push(typeof side === 'string' ? await openBackend(side, shared) : await givenBackend(side));
    }
    return pairOf(opened as [Backend, Backend], sides, versions);
  } catch (error) {
    await closeOwned(opened, sides);
    throw error;
  }
}

function pairOf(opened: Two<Backend>, sides: Two<SideOption>, versions: VersionsOption): OpenedPair {
  const policy = decidePolicy(opened, versions);
  const [first, second] = opened.map((backend) => (policy === 'counter' ? counting(backend) : backend)) as [
    Backend,
    Backend,
  ];
  const sideNames: Two<string> = [first.label, second.label];
  const source = new ReplicaPair({ first: first.family, second: second.family, policy, names: sideNames });
  return {
    source,
    sideNames,
    backends: [first, second],
    close: () => closeOwned([first, second], sides),
  };
}

function decidePolicy(opened: Two<Backend>, versions: VersionsOption): VersionPolicy {
  const opaque = opened.filter((backend) => !canCount(backend));
  if (versions === 'opaque') return 'opaque';
  if (opaque.length === 0) return 'counter';
  if (versions === 'auto') return 'opaque';
  throw new ProxyError(
    'PROXY_VERSIONS_NOT_COMPARABLE',
    `policy counter compares versions, and those of ${opaque.map((backend) => backend.label).join(' and ')} are opaque: ` +
      'add ?envelope=1 to keep a counter before each value (this changes what is stored), or choose policy opaque',
  );
}

function canCount(backend: Backend): boolean {
  return backend.countsVersions || backend.counting !== undefined;
}

function counting(backend: Backend): Backend {
  return backend.countsVersions ? backend : (backend.counting?.() ?? backend);
}

/** A family that the caller opened: its name tells where it is, its stores whether they count. */
async function givenBackend(family: SideOption & object): Promise<Backend> {
  const host = /^(?:hotrods?|hustdb):\/\/([^/?#]+)/.exec(family.name);
  const given = { label: host?.[1] ?? family.name, countsVersions: await countsVersions(family) };
  if (!family.name.startsWith('memory:')) return { ...given, family };
  const counting = (): Backend => ({ ...given, family: withCounterEnvelopes(family), countsVersions: true });
  return { ...given, family, counting };
}

/** Tokens that begin anew after a removal are HustDB's counters, or those of an envelope. */
async function countsVersions(family: SideOption & object): Promise<boolean> {
  const store = await family.open({ type: 'kv' });
  try {
    return !store.capabilities.tokensUnique;
  } finally {
    await store.close();
  }
}

async function closeOwned(opened: readonly Backend[], sides: Two<SideOption>): Promise<void> {
  await Promise.all(
    opened.map((backend, at) => (typeof sides[at] === 'string' ? backend.family.close() : undefined)),
  );
}

function invalid(message: string): ProxyError {
  return new ProxyError('PROXY_INVALID_OPTIONS', message);
}
