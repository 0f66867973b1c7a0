import type { EntryVersion, PairRead, PairStore, PairWriteOptions, Two } from '@kvtwin/versioned-value';
import { versionText } from '../answers/version-text.js';
import type { HaCall } from '../commands/ha-call.js';
import type { Compatibility } from '../proxy-options.js';

/** Largest version of a HustDB counter; a node refuses a larger `ver`. */
const LARGEST_COUNTER = 4_194_303;

/** What `ver`, `ver2` and `is_dup` ask of a write; `refused` says why it must not be tried. */
export type WriteGuard =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'options';
      readonly options: Pick<PairWriteOptions, 'ifVersion' | 'ifVersions' | 'replayVersion'>;
    }
  /** Nothing may be written; a side that holds the very score asked for is as asked all the same. */
  | { readonly kind: 'score-or-refused' }
  /** The versions given are not those that are there. */
  | { readonly kind: 'mismatch'; readonly read: PairRead }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Turns `ver` into a compare-and-set.
 * - Policy `counter`: both sides compare the same number, as HustDB HA does.
 * - Policy `opaque`: `ver` is the first side's token as a read showed it (`Version`), `ver2` the second's (`X-Version2`).
 *   The sides are read, the tokens compared, and each side is then written under its own token. Without `ver2` the two
 *   values must agree: a caller that has seen one token must not overwrite a value that it has not seen.
 */
export async function writeGuard(
  call: HaCall,
  store: PairStore,
  { timeoutMs, compat }: { readonly timeoutMs: number; readonly compat: Compatibility },
): Promise<WriteGuard> {
  if (store.policy === 'counter' && compat === 'extended' && isPastUint32(call.verText)) {
    return { kind: 'refused', message: `ver must be at most ${LARGEST_COUNTER}, not ${call.verText}` };
  }
  if (call.isDup) return replayGuard(call, store);
  if (store.policy === 'counter') return counterGuard(call);
  const ver = tokenText(call.verText);
  if (ver === undefined) return { kind: 'none' };
  const read = await store.read(call.key, { timeoutMs });
  const tokens = sideTokens(read);
  if (tokens === undefined) return { kind: 'mismatch', read };
  const ver2 = tokenText(call.ver2Text);
  const secondHolds = ver2 === undefined ? read.kind === 'agreed' : versionText(tokens[1]) === ver2;
  if (versionText(tokens[0]) !== ver || !secondHolds) return { kind: 'mismatch', read };
  return { kind: 'options', options: { ifVersions: tokens } };
}

/** HustDB takes such a `ver`, say another pair's token of 20 digits, for none at all: the write would be unconditional. */
function isPastUint32(text: string | undefined): boolean {
  return text !== undefined && Number(text) > 0xffff_ffff;
}

function counterGuard(call: HaCall): WriteGuard {
  if (call.ver === 0) return { kind: 'none' };
  if (call.ver > LARGEST_COUNTER) {
    return { kind: 'refused', message: `ver must be at most ${LARGEST_COUNTER}, not ${call.ver}` };
  }
  return { kind: 'options', options: { ifVersion: counter(call.ver) } };
}

function replayGuard(call: HaCall, store: PairStore): WriteGuard {
  if (store.policy !== 'counter') {
    return { kind: 'refused', message: 'is_dup sets a counter, and the versions of this pair are opaque' };
  }
  if (call.ver > LARGEST_COUNTER) {
    return { kind: 'refused', message: `ver must be at most ${LARGEST_COUNTER}, not ${call.ver}` };
  }
  if (call.ver > 0) return { kind: 'options', options: { replayVersion: counter(call.ver) } };
  if (call.command.kind === 'remove') return { kind: 'none' };
  if (call.command.type === 'zset') return { kind: 'score-or-refused' };
  return { kind: 'refused', message: 'is_dup needs a ver above 0' };
}

function counter(ver: number): EntryVersion {
  return { scheme: 'counter', token: String(ver) };
}

/** HustDB takes 0 and what is no number for "no version"; a negative number is one that no token equals. */
function tokenText(text: string | undefined): string | undefined {
  const match = text === undefined ? null : /^([+-]?)0*(\d{0,20})/.exec(text);
  if (match === null || match[2] === '') return undefined;
  return match[1] === '-' ? match[0] : match[2];
}

function sideTokens(read: PairRead): Two<EntryVersion> | undefined {
  const [first, second] = read.sides;
  if (first.state !== 'present' || second.state !== 'present') return undefined;
  return [first.entry.version, second.entry.version];
}
