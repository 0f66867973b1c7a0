import { encodeUtf8 } from '@kvtwin/bytes';
import { StoreError, type Two } from '@kvtwin/versioned-value';
import { type DiffClass, diffClasses } from '../diff-class.js';
import { type JsonPath, parseJsonPath } from './json-path.js';

/**
 * What a rule does with a difference:
 * - `first`, `second`: that side's state goes to the other one; an absent side is not taken (see `delete`).
 * - `copy`: the only copy there is goes to the side that has none.
 * - `delete`: the only copy there is is removed.
 * - `newest`, `oldest`: the side whose JSON document has the later or earlier member at `path`.
 * - `skip`: left as it is.
 */
export type PlanAction =
  | { readonly kind: 'first' | 'second' | 'copy' | 'delete' | 'skip' }
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
 * Reads `CLASS[/PREFIX]=ACTION`. CLASS is a class of differences with `*` for any letters (`only-*`, `*`), PREFIX the
 * beginning of the keys as text, ACTION one of `copy`, `delete`, `skip`, `first`, `second`, a side's name,
 * `newest:$.path`, `oldest:$.path`. `STORE_INVALID_ARGUMENT` says what is wrong.
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
  const rule = { text, classes: classesLike(pattern, text), action: parseAction(action, names, text) };
  return prefix === undefined ? rule : { ...rule, prefix };
}

function classesLike(pattern: string, rule: string): ReadonlySet<DiffClass> {
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

function parseAction(text: string, [first, second]: Two<string>, rule: string): PlanAction {
  const [kind, path] = splitAtColon(text);
  if (path !== undefined && (kind === 'newest' || kind === 'oldest')) {
    return { kind, path: parseJsonPath(path) };
  }
  if (text === 'copy' || text === 'delete' || text === 'skip') return { kind: text };
  if (text === 'first' || (text === first && text !== second)) return { kind: 'first' };
  if (text === 'second' || (text === second && text !== first)) return { kind: 'second' };
  throw invalid(
    rule,
    `${JSON.stringify(text)} is no action; give copy, delete, skip, ${first}, ${second}, newest:$.path or oldest:$.path`,
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
