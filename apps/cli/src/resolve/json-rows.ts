import { childrenOf, compactJson, type JsonNode, sameJsonNode } from './json-node.js';
import { changedRow, oneSidedRow, type PaneRow, sameRow } from './pane-row.js';

/** Two JSON values as one tree, member beside member; `undefined`: that side has none. Changed paths are marked. */
export function jsonRows(first: JsonNode | undefined, second: JsonNode | undefined): PaneRow[] {
  if (first !== undefined && second !== undefined) return rowsOf(first, second, '', '');
  if (first !== undefined) return linesOf(first, '', '').map((line) => ({ ...sameRow(line), right: [] }));
  if (second !== undefined) return linesOf(second, '', '').map((line) => ({ ...sameRow(line), left: [] }));
  return [];
}

function rowsOf(a: JsonNode, b: JsonNode, indent: string, label: string): PaneRow[] {
  if (sameJsonNode(a, b)) return linesOf(a, indent, label).map(sameRow);
  if (a.kind === 'scalar' || b.kind === 'scalar' || a.kind !== b.kind) {
    return [changedRow(`${indent}${label}`, compactJson(a), compactJson(b))];
  }
  const [open, close] = bracketsOf(a);
  const heading: PaneRow = { ...sameRow(`${indent}${label}${open}`), mark: '≠' };
  return [
    heading,
    ...pairsOf(a, b).flatMap((pair) => pairRows(pair, `${indent}  `)),
    sameRow(indent + close),
  ];
}

interface ChildPair {
  readonly label: string;
  readonly first?: JsonNode;
  readonly second?: JsonNode;
}

/** Members by name, in the order of the first side, those of the second alone behind; items by position. */
function pairsOf(
  a: Exclude<JsonNode, { kind: 'scalar' }>,
  b: Exclude<JsonNode, { kind: 'scalar' }>,
): ChildPair[] {
  const left = numbered(a);
  const right = numbered(b);
  return [
    ...[...left].map(([name, { label, node }]) => {
      const other = right.get(name);
      return { label, first: node, ...(other === undefined ? {} : { second: other.node }) };
    }),
    ...[...right].filter(([name]) => !left.has(name)).map(([, { label, node }]) => ({ label, second: node })),
  ];
}

/** A name that comes twice is told apart by how often it came before. */
function numbered(
  node: Exclude<JsonNode, { kind: 'scalar' }>,
): Map<string, { label: string; node: JsonNode }> {
  const found = new Map<string, { label: string; node: JsonNode }>();
  const seen = new Map<string, number>();
  for (const child of childrenOf(node)) {
    const count = seen.get(child.label) ?? 0;
    seen.set(child.label, count + 1);
    found.set(`${count} ${child.label}`, child);
  }
  return found;
}

function pairRows({ label, first, second }: ChildPair, indent: string): PaneRow[] {
  if (first !== undefined && second !== undefined) return rowsOf(first, second, indent, label);
  const [side, node] = first === undefined ? ([1, second!] as const) : ([0, first] as const);
  return linesOf(node, '', label).map((line) => {
    const text = line.trimStart();
    return oneSidedRow(side, indent + ' '.repeat(line.length - text.length), text);
  });
}

/** A tree without commas. */
function linesOf(node: JsonNode, indent: string, label: string): string[] {
  if (node.kind === 'scalar') return [`${indent}${label}${node.text}`];
  const [open, close] = bracketsOf(node);
  const children = childrenOf(node);
  if (children.length === 0) return [`${indent}${label}${open}${close}`];
  return [
    `${indent}${label}${open}`,
    ...children.flatMap((child) => linesOf(child.node, `${indent}  `, child.label)),
    `${indent}${close}`,
  ];
}

function bracketsOf(node: Exclude<JsonNode, { kind: 'scalar' }>): readonly [string, string] {
  return node.kind === 'array' ? ['[', ']'] : ['{', '}'];
}
