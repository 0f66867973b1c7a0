import { encodeUtf8 } from '@kvtwin/bytes';
import type { LocatedKey, Place } from './located-key.js';
import type { Mapping, MappingRule } from './mapping.js';
import type { TargetPlace } from './migrate-target.js';

/** What a mapping says about one key: the rule that decides, and where the key goes; undefined where it is skipped. */
export interface MappedKey {
  readonly rule: MappingRule;
  readonly target: TargetPlace | undefined;
}

/** Applies a mapping to keys: the rules that may fit a place are found once for it. */
export class KeyMapper {
  readonly #rules: readonly PreparedRule[];
  /** By type and table. Tables of a source are a few thousands at most. */
  readonly #byPlace = new Map<string, readonly PlacedRule[]>();

  constructor({ rules }: Mapping) {
    this.#rules = rules.map((rule) => ({
      rule,
      prefix: encodeUtf8(rule.prefix ?? ''),
      table: rule.table === undefined ? undefined : patternOf(rule.table),
    }));
  }

  map(located: LocatedKey): MappedKey {
    const placed = this.#placed(located);
    return placed.find(({ prefix }) => startsWith(located.key, prefix))!.mapped;
  }

  /** Every place that keys of this one may go to. */
  targetsOf(place: Place): readonly TargetPlace[] {
    return this.#placed(place).flatMap(({ mapped: { target } }) => (target === undefined ? [] : [target]));
  }

  /** The rules that no key of these places comes to: none is of their kind, or an earlier rule takes all that are. */
  idleRules(places: readonly Place[]): readonly { readonly at: number; readonly rule: MappingRule }[] {
    const reached = new Set(
      places.flatMap((place) => this.#placed(place).map(({ mapped: { rule } }) => rule)),
    );
    return this.#rules.flatMap(({ rule }, at) => (reached.has(rule) ? [] : [{ at, rule }]));
  }

  #placed(place: Place): readonly PlacedRule[] {
    const name = `${place.type}/${place.table ?? ''}`;
    const known = this.#byPlace.get(name);
    if (known !== undefined) return known;
    const fitting: PlacedRule[] = [];
    for (const { rule, prefix, table } of this.#rules) {
      if (rule.type !== undefined && rule.type !== place.type) continue;
      const matched = table === undefined ? [''] : place.table === undefined ? null : table.exec(place.table);
      if (matched === null) continue;
      fitting.push({ prefix, mapped: { rule, target: targetOf(rule, place, matched[1] ?? '') } });
      // Nothing comes to the rules behind one that takes every key.
      if (prefix.length === 0) break;
    }
    if (fitting.at(-1)?.prefix.length !== 0) {
      fitting.push({ prefix: new Uint8Array(), mapped: { rule: {}, target: targetOf({}, place, '') } });
    }
    this.#byPlace.set(name, fitting);
    return fitting;
  }
}

interface PreparedRule {
  readonly rule: MappingRule;
  readonly prefix: Uint8Array;
  readonly table: RegExp | undefined;
}

interface PlacedRule {
  readonly prefix: Uint8Array;
  readonly mapped: MappedKey;
}

function targetOf(rule: MappingRule, place: Place, star: string): TargetPlace | undefined {
  if (rule.skip === true) return undefined;
  const { cache, layout, mediaType, rename } = rule;
  const shared = {
    ...(cache === undefined ? {} : { cache }),
    ...(mediaType === undefined ? {} : { mediaType }),
  };
  if (place.type === 'kv') {
    return { type: 'kv', ...shared, ...(layout === 'raw' || layout === 'typed' ? { layout } : {}) };
  }
  if (layout === 'raw') return { type: 'kv', layout: 'raw', ...shared };
  const table = rename === undefined ? place.table! : rename.replace('*', () => star);
  return { type: place.type, table, ...shared };
}

function patternOf(glob: string): RegExp {
  const escaped = glob.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('(.*)')}$`, 's');
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.length <= key.length && prefix.every((byte, at) => key[at] === byte);
}
