import type { PairRead, SideRead, Two } from '@kvtwin/versioned-value';
import type { DiffClass } from '../diff-class.js';
import { type JsonPath, memberAt } from './json-path.js';
import type { PlanTake } from './plan-row.js';
import type { PlanAction, PlanRule } from './plan-rule.js';

/** What the rules say of a key, and why. */
export interface Decision {
  readonly take: PlanTake;
  readonly why: string;
}

/**
 * Asks the rules in order; the first one for the key's class and prefix decides. Nothing is called newer without
 * evidence: where a rule cannot tell, the key is skipped and `why` says what was missing.
 */
export function decideTake(
  rules: readonly PlanRule[],
  {
    key,
    class: name,
    read,
  }: { readonly key: Uint8Array; readonly class: DiffClass; readonly read: PairRead },
): Decision {
  const rule = rules.find(({ classes, prefix }) => classes.has(name) && beginsWith(key, prefix));
  if (rule === undefined) return { take: 'skip', why: 'no rule' };
  return follow(rule.action, rule.text, read);
}

function follow(action: PlanAction, rule: string, read: PairRead): Decision {
  const undecided = (why: string): Decision => ({ take: 'skip', why: `${rule}: ${why}` });
  switch (action.kind) {
    case 'skip':
      return { take: 'skip', why: rule };
    case 'first':
    case 'second': {
      const side = read.sides[action.kind === 'first' ? 0 : 1];
      return side.state === 'present'
        ? { take: action.kind, why: rule }
        : undecided(`the ${action.kind} side has nothing; delete removes the other's copy`);
    }
    case 'copy':
    case 'delete': {
      if (read.kind !== 'one-sided') return undecided('both sides have the key');
      return { take: action.kind === 'delete' ? 'removal' : read.present, why: rule };
    }
    default:
      return byMember(action.kind, action.path, rule, read.sides);
  }
}

function byMember(wanted: 'newest' | 'oldest', path: JsonPath, rule: string, sides: Two<SideRead>): Decision {
  const members = sides.map((side) => memberOf(side, path));
  const [first, second] = members.map(instantOf);
  if (first === undefined || second === undefined) {
    const side = first === undefined ? 'first' : 'second';
    return { take: 'skip', why: `${rule}: the ${side} side has no number or time at ${path.text}` };
  }
  if (typeof members[0] !== typeof members[1]) {
    return { take: 'skip', why: `${rule}: a number on one side and a time on the other` };
  }
  if (first === second) return { take: 'skip', why: `${rule}: the same on both sides` };
  const later = first > second ? 'first' : 'second';
  const earlier = later === 'first' ? 'second' : 'first';
  return { take: wanted === 'newest' ? later : earlier, why: rule };
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

function memberOf(side: SideRead, path: JsonPath): unknown {
  if (side.state !== 'present') return undefined;
  try {
    return memberAt(JSON.parse(strictUtf8.decode(side.entry.value)), path);
  } catch {
    return undefined;
  }
}

/** ISO 8601 as `Date.prototype.toISOString` and RFC 3339 write it; a date alone is midnight UTC. Without a zone it could be any time. */
const instant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/;

function instantOf(member: unknown): number | undefined {
  if (typeof member === 'number') return Number.isFinite(member) ? member : undefined;
  if (typeof member !== 'string' || !instant.test(member)) return undefined;
  const ms = Date.parse(member);
  return Number.isNaN(ms) ? undefined : ms;
}

function beginsWith(key: Uint8Array, prefix: Uint8Array | undefined): boolean {
  if (prefix === undefined) return true;
  return key.length >= prefix.length && prefix.every((byte, at) => key[at] === byte);
}
