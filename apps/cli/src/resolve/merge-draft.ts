import type { Two } from '@kvtwin/versioned-value';
import { utf8TextOf } from '../output/key-text.js';
import { stepsBetween } from '../output/text-difference.js';
import { compactJson, type JsonNode, parseJsonNode, prettyJson } from './json-node.js';

/** What is put before somebody who merges two values by hand. */
export interface MergeDraft {
  readonly format: 'json' | 'text' | 'hex';
  readonly text: string;
  /** JSON that was on one line before gets on one line again. */
  readonly compact: boolean;
  /** The values ended with a line feed: what an editor puts there stays. */
  readonly endsLine: boolean;
}

/** Longer JSON is edited as it is: nobody finds his way in a hundred thousand lines, and a tree of it takes its memory. */
const maxJsonCharacters = 1024 * 1024;

const openMark = '<<<<<<< A ';
const closeMark = '>>>>>>> B ';

/**
 * Both values as one text: what they share as it is, what differs between marks as version control has them. JSON one
 * member a line, text as it is, other bytes in hex.
 */
export function draftOf(values: Two<Uint8Array | undefined>, names: Two<string>): MergeDraft {
  const present = values.filter((value) => value !== undefined);
  const texts = present.map(utf8TextOf);
  if (texts.some((text) => text === undefined)) {
    return { format: 'hex', text: merged(present.map(hexLines), names), compact: false, endsLine: false };
  }
  const plain = texts as string[];
  const nodes = plain.map((text) => (text.length > maxJsonCharacters ? undefined : parseJsonNode(text)));
  if (plain.length > 0 && nodes.every((node) => node !== undefined)) {
    const known = nodes as JsonNode[];
    const compact = known.every((node, at) => compactJson(node) === plain[at]);
    const lines = compact ? known.map(prettyJson) : plain.map((text) => text.split('\n'));
    return { format: 'json', text: merged(lines, names), compact, endsLine: endsLine(plain) };
  }
  const lines = plain.map((text) => text.split('\n'));
  return { format: 'text', text: merged(lines, names), compact: false, endsLine: endsLine(plain) };
}

/** The bytes that a saved draft stands for, or what is wrong with it. */
export function valueOfDraft(
  saved: string,
  { format, compact, endsLine: kept }: MergeDraft,
): { readonly value: Uint8Array } | { readonly problem: string } {
  if (saved.split('\n').some((line) => line.startsWith(openMark) || line.startsWith(closeMark))) {
    return {
      problem:
        'the marks of a difference are still in it: keep one side of each, or both, and take the marks out',
    };
  }
  if (format === 'hex') {
    const digits = saved.replaceAll(/\s/g, '');
    return /^(?:[0-9a-f]{2})*$/i.test(digits)
      ? { value: new Uint8Array(Buffer.from(digits, 'hex')) }
      : { problem: 'it is not hex: pairs of 0-9 and a-f' };
  }
  const text = kept ? saved : saved.replace(/\r?\n$/, '');
  if (format === 'text') return { value: new TextEncoder().encode(text) };
  const node = parseJsonNode(text);
  if (node === undefined) return { problem: `it is no JSON any more: ${jsonProblem(text)}` };
  return { value: new TextEncoder().encode(compact ? compactJson(node) : text) };
}

function jsonProblem(text: string): string {
  try {
    JSON.parse(text);
    return 'nested too deeply';
  } catch (error) {
    return (error as Error).message;
  }
}

function endsLine(texts: readonly string[]): boolean {
  return texts.length > 0 && texts.every((text) => text.endsWith('\n'));
}

function hexLines(bytes: Uint8Array): string[] {
  const hex = Buffer.from(bytes).toString('hex');
  return (hex.match(/.{1,32}/g) ?? []).map((line) => line.replaceAll(/..(?!$)/g, '$& '));
}

function merged(sides: readonly (readonly string[])[], names: Two<string>): string {
  const [first, second] = sides;
  if (first === undefined) return '';
  if (second === undefined) return first.join('\n');
  const lines: string[] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = (): void => {
    if (removed.length + added.length > 0) {
      lines.push(openMark + names[0], ...removed, '=======', ...added, closeMark + names[1]);
    }
    removed = [];
    added = [];
  };
  const steps = stepsBetween(first, second) ?? [
    ...first.map((text) => ({ kind: 'removed' as const, text })),
    ...second.map((text) => ({ kind: 'added' as const, text })),
  ];
  for (const { kind, text } of steps) {
    if (kind === 'removed') removed.push(text);
    else if (kind === 'added') added.push(text);
    else {
      flush();
      lines.push(text);
    }
  }
  flush();
  return lines.join('\n');
}
