import { type Backend, openBackend, openPair } from '@kvtwin/proxy';
import { ReplicaPair } from '@kvtwin/replica-pair';
import {
  MemoryRegistry,
  type PairSource,
  type StoreFamily,
  type Two,
  type VersionPolicy,
  type VersionScheme,
} from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';
import type { Sides } from './resolve-sides.js';

/** The two sides, opened. Nothing has been asked of them yet. */
export interface OpenSides {
  readonly source: PairSource;
  readonly names: Two<string>;
  readonly policy: VersionPolicy;
  /** What versions look like on each side. */
  readonly schemes: Two<VersionScheme>;
  /** The sides as stores; `undefined` behind a front, which does not let anybody at one side alone. */
  readonly families: Two<StoreFamily> | undefined;
  close(): Promise<void>;
}

/** Opens the two sides. The caller closes them. */
export async function openSides(sides: Sides): Promise<OpenSides> {
  return sides.kind === 'pair' ? openFront(sides) : openTwo(sides);
}

async function openFront(sides: Extract<Sides, { kind: 'pair' }>): Promise<OpenSides> {
  const { source, sideNames, close } = await openPair({ pair: sides.url, versions: sides.versions });
  return {
    source,
    names: sides.names ?? sideNames,
    policy: source.policy,
    schemes: ['counter', 'counter'],
    families: undefined,
    close,
  };
}

async function openTwo(sides: Extract<Sides, { kind: 'two' }>): Promise<OpenSides> {
  const memory = new MemoryRegistry();
  const first = await openBackend(sides.urls[0], { memory });
  let second: Backend;
  try {
    second = await openBackend(sides.urls[1], { memory });
  } catch (error) {
    await first.family.close();
    throw error;
  }
  const backends = [first, second] as const;
  const policy = policyOf(backends, sides);
  const source = new ReplicaPair({ first: first.family, second: second.family, policy, names: sides.names });
  return {
    source,
    names: sides.names,
    policy,
    schemes: [schemeOf(first), schemeOf(second)],
    families: [first.family, second.family],
    close: () => source.close(),
  };
}

function policyOf(backends: Two<Backend>, sides: Extract<Sides, { kind: 'two' }>): VersionPolicy {
  const opaque = sides.names.filter((_, at) => !backends[at]!.countsVersions);
  if (sides.versions === 'counter' && opaque.length > 0) {
    throw new CliError(`versions of ${opaque.join(' and ')} cannot be compared: they are opaque tokens`, {
      hint: 'leave out --versions counter, or add ?envelope=1 to a side whose values carry a counter',
    });
  }
  return sides.versions ?? (opaque.length === 0 ? 'counter' : 'opaque');
}

function schemeOf(backend: Backend): VersionScheme {
  if (backend.countsVersions) return 'counter';
  return backend.label.startsWith('memory:') ? 'memory' : 'hotrod';
}
