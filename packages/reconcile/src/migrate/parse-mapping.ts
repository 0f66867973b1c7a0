import { StoreError } from '@kvtwin/versioned-value';
import type { Mapping, MappingRule } from './mapping.js';

/** More rules than that are a generated file gone wrong, and each key would be held against all of them. */
const maxRules = 10_000;

const types = ['kv', 'hash', 'set', 'zset'] as const;
const layouts = ['proxy', 'raw', 'typed'] as const;
const fields = [
  'type',
  'table',
  'prefix',
  'skip',
  'cache',
  'layout',
  'mediaType',
  'rename',
  'lifespan',
  'maxIdle',
  'oneSided',
] as const;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What is wrong with a mapping file: where in it, as `$.rules[2].lifespan`, and why. */
export interface MappingFault {
  readonly path: string;
  readonly why: string;
}

/** Reads a mapping file. Throws `STORE_INVALID_ARGUMENT` that lists every fault with its path. */
export function parseMapping(text: string): Mapping {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw refusal([{ path: '$', why: `it is no JSON: ${(cause as Error).message}` }]);
  }
  const faults: MappingFault[] = [];
  const rules = rulesOf(json, faults);
  if (faults.length > 0) throw refusal(faults);
  return { format: 'kvtwin.mapping/1', rules };
}

function refusal(faults: readonly MappingFault[]): StoreError {
  const lines = faults.map(({ path, why }) => `${path}: ${why}`);
  return new StoreError(`the mapping is not usable: ${lines.join('; ')}`, {
    code: 'STORE_INVALID_ARGUMENT',
    operation: 'migrate',
  });
}

function rulesOf(json: unknown, faults: MappingFault[]): MappingRule[] {
  if (!isObject(json)) {
    faults.push({ path: '$', why: 'an object is due' });
    return [];
  }
  refuseUnknown(json, ['$schema', 'format', 'rules'], '$', faults);
  if (json.format !== 'kvtwin.mapping/1') {
    faults.push({ path: '$.format', why: `"kvtwin.mapping/1" is due, not ${shown(json.format)}` });
  }
  if (!Array.isArray(json.rules)) {
    faults.push({ path: '$.rules', why: 'an array of rules is due' });
    return [];
  }
  if (json.rules.length > maxRules) {
    faults.push({ path: '$.rules', why: `${json.rules.length} rules are more than ${maxRules}` });
    return [];
  }
  return json.rules.map((rule, at) => ruleOf(rule, `$.rules[${at}]`, faults));
}

function ruleOf(json: unknown, path: string, faults: MappingFault[]): MappingRule {
  if (!isObject(json)) {
    faults.push({ path, why: 'an object is due' });
    return {};
  }
  refuseUnknown(json, fields, path, faults);
  const at = (name: string): Field => ({ value: json[name], path: `${path}.${name}`, faults });
  const rule: MappingRule = {
    ...named('type', oneOf(at('type'), types)),
    ...named('table', textOf(at('table'), 1)),
    ...named('prefix', textOf(at('prefix'), 0)),
    ...named('skip', booleanOf(at('skip'))),
    ...named('cache', textOf(at('cache'), 1)),
    ...named('layout', oneOf(at('layout'), layouts)),
    ...named('mediaType', mediaTypeOf(at('mediaType'))),
    ...named('rename', textOf(at('rename'), 1)),
    ...named('lifespan', durationOf(at('lifespan'))),
    ...named('maxIdle', durationOf(at('maxIdle'))),
    ...named('oneSided', oneOf(at('oneSided'), ['hold', 'copy'] as const)),
  };
  checkTogether(rule, path, faults);
  return rule;
}

/** What the fields of one rule demand of each other. */
function checkTogether(rule: MappingRule, path: string, faults: MappingFault[]): void {
  const { cache, layout, rename, table, type } = rule;
  const fault = (name: string, why: string): void => void faults.push({ path: `${path}.${name}`, why });
  const stars = (text: string | undefined): number => (text ?? '').split('*').length - 1;
  if (type === 'kv' && table !== undefined) fault('table', 'kv has no table');
  if (type === 'kv' && rename !== undefined) fault('rename', 'kv has no table to rename');
  if (stars(table) > 1) fault('table', 'only one * may stand in it');
  if (stars(rename) > stars(table)) fault('rename', 'its * needs one in table');
  if (layout === 'typed' && type !== 'kv') fault('layout', 'typed is for kv: add "type": "kv"');
  if (layout === 'raw' && type !== 'kv') {
    if (type === undefined) fault('layout', 'raw needs a type');
    else if (cache === undefined)
      fault('layout', 'the keys of a raw table need a cache of their own: add "cache"');
    if (rename !== undefined) fault('rename', 'a raw table has no name in the target');
  }
  if (rule.skip !== true) return;
  for (const name of ['cache', 'layout', 'mediaType', 'rename', 'lifespan', 'maxIdle'] as const) {
    if (rule[name] !== undefined) fault(name, 'has no meaning where keys are skipped');
  }
}

interface Field {
  readonly value: unknown;
  readonly path: string;
  readonly faults: MappingFault[];
}

function oneOf<T extends string>({ value, path, faults }: Field, allowed: readonly T[]): T | undefined {
  if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
  faults.push({ path, why: `one of ${allowed.join(', ')} is due, not ${shown(value)}` });
  return undefined;
}

function textOf({ value, path, faults }: Field, least: number): string | undefined {
  if (value === undefined || (typeof value === 'string' && value.length >= least)) return value;
  faults.push({ path, why: `a text is due, not ${shown(value)}` });
  return undefined;
}

function booleanOf({ value, path, faults }: Field): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  faults.push({ path, why: `true or false is due, not ${shown(value)}` });
  return undefined;
}

function mediaTypeOf(field: Field): string | undefined {
  const text = textOf(field, 1);
  if (text === undefined || /^[\w.+-]+\/[\w.+-]+/.test(text)) return text;
  field.faults.push({
    path: field.path,
    why: `a media type such as application/json is due, not ${shown(text)}`,
  });
  return undefined;
}

function durationOf({ value, path, faults }: Field): number | 'carry' | 'unlimited' | undefined {
  if (value === undefined || value === 'carry' || value === 'unlimited') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value) : null;
  const ms = match === null ? 0 : Math.round(Number(match[1]) * unitMs[match[2]!]!);
  if (ms > 0 && Number.isSafeInteger(ms)) return ms;
  faults.push({
    path,
    why: `a duration such as 30s, 10m or 7d, carry or unlimited is due, not ${shown(value)}`,
  });
  return undefined;
}

function refuseUnknown(
  json: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: string,
  faults: MappingFault[],
): void {
  for (const name of Object.keys(json)) {
    if (known.includes(name)) continue;
    faults.push({ path: `${path}.${name}`, why: `there is no such field; known: ${known.join(', ')}` });
  }
}

function named<N extends string, T>(name: N, value: T | undefined): { readonly [K in N]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [K in N]?: T });
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 60);
}
