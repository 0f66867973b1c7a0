import { KeyMapper, type Mapping, type MappingRule, placeName, type TargetPlace } from '@kvtwin/reconcile';
import type { CallOptions } from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import { formatCount } from '../output/format-size.js';
import { writeLine } from '../output/output.js';
import { type Carrier, cannotCarry } from './cannot-carry.js';
import { addressText, type CopiesAddress, type OpenCopies } from './open-copies.js';
import type { PlaceEstimate, Replica, ReplicaReport } from './replica.js';
import { cachesOf } from './replica-target.js';

/** Named places in the preflight's lines; a cluster has thousands of tables. */
const shownPlaces = 8;

/** What was found out before anything is copied. */
export interface Preflight {
  readonly source: readonly ReplicaReport[];
  readonly target: readonly ReplicaReport[];
  /** What is to be told of caches that only the mapping names. */
  readonly caches: readonly string[];
  /** Rules of the mapping that fit nothing that the source has, each in a few words. */
  readonly idleRules: readonly string[];
  /** What the target cannot keep of what the source may hold. */
  readonly lost: readonly string[];
  /** Keys of the source, each once, as far as its servers tell. */
  readonly keys: number;
  /** The same by place; empty where the servers do not tell places apart. */
  readonly places: readonly PlaceEstimate[];
}

/** What is looked at. */
export interface PreflightInput {
  readonly source: OpenCopies;
  readonly target: OpenCopies;
  readonly addresses: readonly [source: CopiesAddress, target: CopiesAddress];
  readonly mapping: Mapping;
  readonly call: CallOptions;
}

/**
 * Asks every server whether it is there and what it holds, and every cache that the mapping names whether it can be read
 * and written in the way that the mapping wants. Rejects with what is wrong.
 */
export async function preflight({
  source,
  target,
  addresses,
  mapping,
  call,
}: PreflightInput): Promise<Preflight> {
  const [from, to] = addresses;
  if (addressText(from) === addressText(to)) throw new CliError('source and target are the same');
  // A front is refused before anything is asked.
  target.target();
  const reports = await source.reports(call);
  const targetReports = await target.reports(call);
  const places = byPlace(reports, from.kind === 'cluster' || from.kind === 'front');
  const keys = places.reduce((sum, estimate) => sum + estimate.keys, 0);
  const known = places.flatMap(({ place }) => (place === undefined ? [] : [place]));
  const mapper = new KeyMapper(mapping);
  const wanted = (known.length === 0 ? [{ type: 'kv' as const }] : known).flatMap((place) =>
    mapper.targetsOf(place),
  );
  const caches = await probeCaches(target, wanted, call);
  return {
    source: reports,
    target: targetReports,
    caches,
    idleRules: known.length === 0 ? [] : mapper.idleRules(known).map(ruleText),
    lost: await lostBetween(source, target),
    keys,
    places: places.filter(({ place }) => place !== undefined),
  };
}

/** Each key of a pair is on both nodes; of a cluster on two of many. */
function byPlace(reports: readonly ReplicaReport[], many: boolean): PlaceEstimate[] {
  const places = new Map<string, { estimate: PlaceEstimate; sum: number; most: number }>();
  for (const estimate of reports.flatMap(({ estimates }) => estimates)) {
    const name = estimate.place === undefined ? '' : placeName(estimate.place);
    const known = places.get(name) ?? { estimate, sum: 0, most: 0 };
    places.set(name, { estimate, sum: known.sum + estimate.keys, most: Math.max(known.most, estimate.keys) });
  }
  return [...places.values()].map(({ estimate, most, sum }) => ({
    place: estimate.place,
    keys: many ? Math.max(most, Math.round(sum / 2)) : most,
  }));
}

async function probeCaches(
  { replicas }: OpenCopies,
  wanted: readonly TargetPlace[],
  call: CallOptions,
): Promise<readonly string[]> {
  cachesOf(wanted.map((place) => replicas[0]?.shownAs(place) ?? place));
  const probes = new Map<string, TargetPlace>();
  for (const { type, table, ...in_ } of wanted) {
    const kind = JSON.stringify([in_.cache, in_.layout, in_.mediaType]);
    if (!probes.has(kind)) probes.set(kind, { type, ...(table === undefined ? {} : { table }), ...in_ });
  }
  const told = new Set<string>();
  for (const replica of replicas) {
    for (const place of probes.values()) {
      const text = await replica.probe(place, call);
      if (text !== undefined) told.add(text);
    }
  }
  return [...told];
}

function ruleText({ at, rule: { type, table, prefix } }: { at: number; rule: MappingRule }): string {
  const parts = [type, table, prefix === undefined ? undefined : `keys that begin with ${prefix}`];
  const about = parts.filter((part) => part !== undefined).join(' ');
  return `$.rules[${at}]${about === '' ? '' : ` (${about})`}`;
}

async function lostBetween(source: OpenCopies, target: OpenCopies): Promise<string[]> {
  const [from, to] = [source.replicas[0], target.replicas[0]];
  // Behind a front is what a node is.
  if (from === undefined || to === undefined) return [];
  const carrier = async (replica: Replica): Promise<Carrier> => {
    const { capabilities } = await replica.store({ type: 'kv' });
    return { capabilities, maxLifespanMs: replica.maxLifespanMs };
  };
  return cannotCarry(await carrier(from), await carrier(to));
}

/** Tells what was found, on stderr. */
export async function showPreflight(
  io: CliIo,
  { source, target, caches, idleRules, lost, keys, places }: Preflight,
): Promise<void> {
  for (const { about, name } of source) await writeLine(io.stderr, `  preflight  source ${name}  ${about}`);
  for (const { about, name } of target) await writeLine(io.stderr, `  preflight  target ${name}  ${about}`);
  for (const text of caches) await writeLine(io.stderr, `  preflight  target ${text}`);
  for (const rule of idleRules) {
    await writeLine(io.stderr, `  preflight  ${rule} of the mapping fits nothing that the source has`);
  }
  if (lost.length > 0) await writeLine(io.stderr, `  preflight  the target cannot carry: ${lost.join(', ')}`);
  const largest = [...places].sort((one, other) => other.keys - one.keys).slice(0, shownPlaces);
  const named = largest.map((each) => `${placeName(each.place!)} ${formatCount(each.keys)}`);
  const more = places.length > largest.length ? [`${places.length - largest.length} more`] : [];
  const of = named.length === 0 ? '' : `: ${[...named, ...more].join(', ')}`;
  await writeLine(io.stderr, `  preflight  est. ${formatCount(keys)} keys${of}`);
}
