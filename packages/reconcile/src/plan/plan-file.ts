import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8, equalBytes } from '@kvtwin/bytes';
import { StoreError, type StoreSelector, type Two } from '@kvtwin/versioned-value';
import { diffClasses } from '../diff-class.js';
import type { PlanRow, PlanTake } from './plan-row.js';

/** First line of a plan file. */
export interface PlanHeader {
  readonly format: 'kvtwin.plan/1';
  /** What people call the sides. */
  readonly names: Two<string>;
  readonly store: StoreSelector;
  /** The job whose differences it is made of, where there is one. */
  readonly job?: string;
  readonly rules: readonly string[];
  /** ISO 8601. */
  readonly createdAt: string;
}

/** Format and version of plan files that this release reads and writes. */
export const planFormat = 'kvtwin.plan/1';

/** The header as one line of JSON. */
export function formatPlanHeader(header: PlanHeader): string {
  return JSON.stringify(header);
}

/**
 * A row as one line of JSON that a person can read and edit: `take` may be changed to `first`, `second`, `removal` or
 * `skip`, and whole lines may be deleted. A key that is not UTF-8 stands as `keyBase64`.
 */
export function formatPlanRow({ key, class: name, take, why, hashes }: PlanRow): string {
  return JSON.stringify({ ...keyFields(key), class: name, take, why, first: hashes[0], second: hashes[1] });
}

/** Reads the first line; `STORE_INVALID_ARGUMENT` where it is none that this release understands. */
export function parsePlanHeader(line: string): PlanHeader {
  const value = parseObject(line, 1);
  if (value.format !== planFormat) {
    throw malformed(1, `its format is ${JSON.stringify(value.format)}, not ${planFormat}`);
  }
  const { names, store, rules } = value;
  if (!isTwoTexts(names)) throw malformed(1, 'names must be the two sides');
  if (typeof store !== 'object' || store === null) throw malformed(1, 'store is missing');
  if (!Array.isArray(rules)) throw malformed(1, 'rules is missing');
  return value as unknown as PlanHeader;
}

/** Reads a row; `lineNumber` (from 1) stands in errors, which are `STORE_INVALID_ARGUMENT`. */
export function parsePlanRow(line: string, lineNumber: number): PlanRow {
  const value = parseObject(line, lineNumber);
  const name = diffClasses.find((each) => each === value.class);
  if (name === undefined) throw malformed(lineNumber, `class ${JSON.stringify(value.class)} is not known`);
  const take = takes.find((each) => each === value.take);
  if (take === undefined) {
    throw malformed(lineNumber, `take is ${JSON.stringify(value.take)}; give ${takes.join(', ')}`);
  }
  const hashes: Two<string | null> = [
    hashOf(value.first, 'first', lineNumber),
    hashOf(value.second, 'second', lineNumber),
  ];
  const why = typeof value.why === 'string' ? value.why : '';
  return { key: keyOf(value, lineNumber), class: name, take, why, hashes };
}

const takes: readonly PlanTake[] = ['first', 'second', 'removal', 'skip'];

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

function malformed(lineNumber: number, why: string, cause?: unknown): StoreError {
  return new StoreError(`line ${lineNumber} of the plan: ${why}`, {
    code: 'STORE_INVALID_ARGUMENT',
    operation: 'plan',
    ...(cause === undefined ? {} : { cause }),
  });
}
