import { StoreError } from '@kvtwin/versioned-value';

/** A path to one member of a JSON document. */
export interface JsonPath {
  /** As it was written. */
  readonly text: string;
  readonly steps: readonly (string | number)[];
}

const step = /\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/**
 * Reads a path that names one member: `$`, then `.name`, `['any name']` or `[0]`. Wildcards, filters and slices are
 * refused, since a rule needs one value: `STORE_INVALID_ARGUMENT`. Subset of RFC 9535.
 */
export function parseJsonPath(text: string): JsonPath {
  const steps: (string | number)[] = [];
  let at = text.startsWith('$') ? 1 : -1;
  while (at >= 0 && at < text.length) {
    step.lastIndex = at;
    const found = step.exec(text);
    if (found === null) break;
    const [whole, name, index, single, double] = found;
    const quoted = single ?? double;
    steps.push(index === undefined ? (name ?? withoutEscapes(quoted ?? '')) : Number(index));
    at += whole.length;
  }
  if (at === text.length && steps.length > 0) return { text, steps };
  throw new StoreError(
    `${JSON.stringify(text)} is no path to one JSON member at position ${Math.max(0, at)}; write for instance $.updated or $['last seen'][0]`,
    { code: 'STORE_INVALID_ARGUMENT', operation: 'plan' },
  );
}

/** The member, or undefined where the document has none there. */
export function memberAt(document: unknown, { steps }: JsonPath): unknown {
  let member = document;
  for (const name of steps) {
    if (typeof member !== 'object' || member === null || !Object.hasOwn(member, name)) return undefined;
    if (Array.isArray(member) !== (typeof name === 'number')) return undefined;
    member = (member as Record<string | number, unknown>)[name];
  }
  return member;
}

function withoutEscapes(text: string): string {
  return text.replaceAll(/\\(.)/gs, '$1');
}
