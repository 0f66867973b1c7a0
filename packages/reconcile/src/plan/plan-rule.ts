import { encodeUtf8 } from '@kvtwin/bytes';
import { StoreError, type Two } from '@kvtwin/versioned-value';
import { type DiffClass, diffClasses } from '../diff/diff-class.js';
import { type JsonPath, parseJsonPath } from './json-path.js';
import { planSideOf } from './plan-side.js';

/**
 * What a rule does with a difference:
 * - `first`, `second`: that side's state goes to the other one; an absent side is not taken (see `delete`).
 * - `copy`: the only copy there is goes to the side that has none.
 * - `delete`: the only copy there is is removed.
 * - `newest`, `oldest`: the side whose JSON document has the later or earlier member at `path`.
 * - `longest`, `shortest`: the side that goes away later or earlier.
 * - `higher-version`: the side with the higher counter, where versions are counters.
 * - `skip`: left as it is.
 */
export type PlanAction =
  | { readonly kind: (typeof plainActions)[number] | 'first' | 'second' }
  | { readonly kind: 'newest' | 'oldest'; readonly path: JsonPath };

/** Which differences a rule is for, and what it does with them. */
export interface PlanRule {
  /** As it was written. */
  readonly text: string;
  readonly classes: ReadonlySet<DiffClass>;
  /** Only keys that begin with these bytes. */
  readonly prefix?: Uint8Array;
  readonly action: PlanAction;
}

const plainActions = ['copy', 'delete', 'longest', 'shortest', 'higher-version', 'skip'] as const;

/** Classes that a plan can do something about. */
const plannable: readonly DiffClass[] = [
  'value-conflict',
  'diverged',
  'version-skew',
  'only-first',
  'only-second',
  'expiry-skew',
];

/**
 * Reads `CLASS[/PREFIX]=ACTION`. CLASS is a class of differences with `*` for any letters (`only-*`, `*`; `only-A`,
 * `only-B` and `only-NAME` are `only-first` and `only-second`), PREFIX the beginning of the keys as text, ACTION one of
 * `copy`, `delete`, `skip`, `longest`, `shortest`, `higher-version`, `newest:$.path`, `oldest:$.path`, or a side: its
 * name, `first`, `second`, `A`, `B`. `STORE_INVALID_ARGUMENT` says what is wrong.
 */
export function parsePlanRule(text: string, names: Two<string> = ['first', 'second']): PlanRule {
  const equals = text.lastIndexOf('=', text.search(/=(newest|oldest):\$/) >>> 0);
  if (equals < 1) {
    throw invalid(text, "write CLASS[/PREFIX]=ACTION, for instance 'only-*=copy'");
  }
  const [selector, action] = [text.slice(0, equals), text.slice(equals + 1)];
  const slash = selector.indexOf('/');
  const pattern = slash < 0 ? selector : selector.slice(0, slash);
  const prefix = slash < 0 ? undefined : encodeUtf8(selector.slice(slash + 1));
  const rule = { text, classes: classesLike(pattern, names, text), action: parseAction(action, names, text) };
  return prefix === undefined ? rule : { ...rule, prefix };
}

function classesLike(pattern: string, names: Two<string>, rule: string): ReadonlySet<DiffClass> {
  const only = pattern.startsWith('only-') ? planSideOf(pattern.slice('only-'.length), names) : undefined;
  if (only !== undefined) return new Set<DiffClass>([`only-${only}`]);
  const parts = pattern.split('*').map((part) => part.replaceAll(/[^a-z-]/g, '\\$&'));
  const like = new RegExp(`^${parts.join('[a-z-]*')}$`);
  const found = plannable.filter((name) => like.test(name));
  if (found.length > 0) return new Set(found);
  const known = diffClasses.some((name) => like.test(name));
  throw invalid(
    rule,
    known
      ? `nothing can be planned for ${pattern}`
      : `${JSON.stringify(pattern)} is no class; the classes are ${plannable.join(', ')}`,
  );
}

function parseAction(text: string, names: Two<string>, rule: string): PlanAction {
  const [kind, path] = splitAtColon(text);
  if (path !== undefined && (kind === 'newest' || kind === 'oldest')) {
    return { kind, path: parseJsonPath(path) };
  }
  const plain = plainActions.find((each) => each === text);
  if (plain !== undefined) return { kind: plain };
  const side = planSideOf(text, names);
  if (side !== undefined) return { kind: side };
  throw invalid(
    rule,
    `${JSON.stringify(text)} is no action; give ${plainActions.join(', ')}, ${names.join(', ')}, newest:$.path or oldest:$.path`,
  );
}

function splitAtColon(text: string): [string, string | undefined] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

function invalid(rule: string, why: string): StoreError {
  return new StoreError(`rule ${JSON.stringify(rule)}: ${why}`, {
    code: 'STORE_INVALID_ARGUMENT',
    operation: 'plan',
  });
}
