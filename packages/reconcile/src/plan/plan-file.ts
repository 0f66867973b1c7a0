import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8, equalBytes } from '@kvtwin/bytes';
import { StoreError, type StoreSelector, type Two } from '@kvtwin/versioned-value';
import { type DiffClass, diffClasses } from '../diff/diff-class.js';
import { type PlanRow, type PlanTake, planTakes } from './plan-row.js';
import { planSideOf } from './plan-side.js';

/** First line of a plan file. It holds nothing of when it was made: the same report and rules give the same bytes. */
export interface PlanHeader {
  readonly format: 'kvtwin.plan/1';
  /** The job whose differences it is made of, where there is one. */
  readonly job?: string;
  /** What people call the sides. */
  readonly names: Two<string>;
  /** Where they are, without credentials: a plan for other stores is not applied. */
  readonly urls?: Two<string>;
  readonly store: StoreSelector;
  /** SHA-256 of the report that it is made of, lower-case hex. */
  readonly report?: string;
  readonly rules: readonly string[];
}

/** Last line of a plan file: without it the file was cut off. Lines before it may have been deleted by a person. */
export interface PlanEnd {
  readonly end: 'kvtwin.plan/1';
  /** Rows as the plan was made. */
  readonly rows: number;
}

/** Format and version of plan files that this release reads and writes. */
export const planFormat = 'kvtwin.plan/1';

/** The header as one line of JSON. */
export function formatPlanHeader(header: PlanHeader): string {
  return JSON.stringify(header);
}

/** The last line. */
export function formatPlanEnd(rows: number): string {
  return JSON.stringify({ end: planFormat, rows } satisfies PlanEnd);
}

/**
 * A row as one line of JSON that a person can read and edit: `take` may be changed to `first`, `second` (or a side's
 * name), `removal` or `skip`, and whole lines may be deleted. A key that is not UTF-8 stands as `keyBase64`.
 */
export function formatPlanRow({ key, class: name, take, why, hashes, expires }: PlanRow): string {
  const [first, second] = hashes;
  const until = expires === undefined ? {} : { firstExpires: expires[0], secondExpires: expires[1] };
  return JSON.stringify({ ...keyFields(key), class: name, take, why, first, second, ...until });
}

/** Reads the first line; `STORE_INVALID_ARGUMENT` where it is none that this release understands. */
export function parsePlanHeader(line: string): PlanHeader {
  const value = parseObject(line.replace(/^\ufeff/, ''), 1);
  if (value.format !== planFormat) {
    throw malformed(1, `its format is ${JSON.stringify(value.format)}, not ${planFormat}`);
  }
  const { names, urls, store, rules, job, report } = value;
  if (!isTwoTexts(names)) throw malformed(1, 'names must be the two sides');
  if (urls !== undefined && !isTwoTexts(urls)) throw malformed(1, 'urls must be those of the two sides');
  if (!isSelector(store)) throw malformed(1, 'store must be what is compared, as {"type":"kv"}');
  if (!Array.isArray(rules) || rules.some((rule) => typeof rule !== 'string')) {
    throw malformed(1, 'rules must be a list of texts');
  }
  if (job !== undefined && typeof job !== 'string') throw malformed(1, 'job must be the id of a job');
  if (report !== undefined && typeof report !== 'string') throw malformed(1, 'report must be a SHA-256');
  return value as unknown as PlanHeader;
}

/**
 * Reads a row; `lineNumber` (from 1) stands in errors, which are `STORE_INVALID_ARGUMENT`. Refuses a `take` that makes
 * no sense for the row: a side that holds nothing, or anything at all where the other side was not read.
 */
export function parsePlanRow(
  line: string,
  lineNumber: number,
  names: Two<string> = ['first', 'second'],
): PlanRow {
  const value = parseObject(line, lineNumber);
  const name = diffClasses.find((each) => each === value.class);
  if (name === undefined) throw malformed(lineNumber, `class ${JSON.stringify(value.class)} is not known`);
  const take = takeOf(value.take, names, lineNumber);
  const hashes: Two<string | null> = [
    hashOf(value.first, 'first', lineNumber),
    hashOf(value.second, 'second', lineNumber),
  ];
  const why = typeof value.why === 'string' ? value.why : '';
  const key = keyOf(value, lineNumber);
  checkTake(take, name, hashes, lineNumber);
  const expires = expiresOf(value, lineNumber);
  return { key, class: name, take, why, hashes, ...(expires === undefined ? {} : { expires }) };
}

/** Whether the line is the last one of a plan; `STORE_INVALID_ARGUMENT` where it only looks like it. */
export function parsePlanEnd(line: string, lineNumber: number): PlanEnd | undefined {
  if (!line.startsWith('{"end"')) return undefined;
  const { end, rows } = parseObject(line, lineNumber);
  if (end === planFormat && Number.isSafeInteger(rows)) return { end, rows: rows as number };
  throw malformed(lineNumber, `the last line must be as kvtwin wrote it: ${formatPlanEnd(0)}`);
}

function takeOf(value: unknown, names: Two<string>, lineNumber: number): PlanTake {
  const known = planTakes.find((each) => each === value);
  const take = known ?? (typeof value === 'string' ? planSideOf(value, names) : undefined);
  if (take !== undefined) return take;
  const choices = [...new Set(['first', 'second', ...names, 'removal', 'skip'])].join(', ');
  throw malformed(lineNumber, `take is ${JSON.stringify(value)}; give ${choices}`);
}

function checkTake(take: PlanTake, name: DiffClass, hashes: Two<string | null>, lineNumber: number): void {
  if (take === 'skip' || take === 'undecided') return;
  if (name === 'unreadable') {
    throw malformed(lineNumber, 'a side could not be read, so nothing can be taken; plan again');
  }
  if (take === 'removal' || hashes[take === 'first' ? 0 : 1] !== null) return;
  throw malformed(
    lineNumber,
    `the ${take} side holds nothing that could be taken; removal removes the other's copy`,
  );
}

function expiresOf(value: Record<string, unknown>, lineNumber: number): Two<string> | undefined {
  const { firstExpires, secondExpires } = value;
  if (firstExpires === undefined && secondExpires === undefined) return undefined;
  if (typeof firstExpires === 'string' && typeof secondExpires === 'string')
    return [firstExpires, secondExpires];
  throw malformed(lineNumber, 'firstExpires and secondExpires must both be texts');
}

function keyFields(key: Uint8Array): { readonly key: string } | { readonly keyBase64: string } {
  const text = decodeUtf8(key);
  return equalBytes(encodeUtf8(text), key) ? { key: text } : { keyBase64: encodeBase64(key) };
}

function keyOf(value: Record<string, unknown>, lineNumber: number): Uint8Array {
  if (typeof value.key === 'string') return encodeUtf8(value.key);
  if (typeof value.keyBase64 !== 'string') throw malformed(lineNumber, 'key is missing');
  try {
    return decodeBase64(value.keyBase64);
  } catch (cause) {
    throw malformed(lineNumber, 'keyBase64 is not base64', cause);
  }
}

function hashOf(value: unknown, side: string, lineNumber: number): string | null {
  if (value === null || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value))) return value;
  throw malformed(lineNumber, `${side} must be a SHA-256 in hexadecimal, or null`);
}

function parseObject(line: string, lineNumber: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw malformed(lineNumber, 'it is not JSON', cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw malformed(lineNumber, 'it is no JSON object');
}

function isTwoTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'string');
}

function isSelector(value: unknown): value is StoreSelector {
  if (typeof value !== 'object' || value === null) return false;
  const { type, table } = value as { type?: unknown; table?: unknown };
  if (type === 'kv') return table === undefined;
  return (type === 'hash' || type === 'set' || type === 'zset') && typeof table === 'string';
}

/** The error for a line of a plan. */
export function malformed(lineNumber: number, why: string, cause?: unknown): StoreError {
  return new StoreError(`line ${lineNumber} of the plan: ${why}`, {
    code: 'STORE_INVALID_ARGUMENT',
    operation: 'plan',
    ...(cause === undefined ? {} : { cause }),
  });
}
