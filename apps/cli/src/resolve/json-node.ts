/** JSON as it is written: numbers and strings keep their spelling, members their order. */
export type JsonNode =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  /** `name` is the JSON string, quotes and escapes included. */
  | {
      readonly kind: 'object';
      readonly members: readonly { readonly name: string; readonly node: JsonNode }[];
    };

/** Deeper values are shown as text: nobody reads such a tree, and the stack is finite. */
const maxDepth = 200;

/** Strings, punctuation, and what stands between: numbers, true, false, null. */
const token = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/gu;

/** The JSON of a text, spelled as it is there; undefined where it is none, or nested too deeply. */
export function parseJsonNode(text: string): JsonNode | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const tokens = text.match(token) ?? [];
  let at = 0;
  const node = (depth: number): JsonNode => {
    if (depth > maxDepth) throw tooDeep;
    const first = tokens[at++]!;
    if (first === '[') {
      const items: JsonNode[] = [];
      while (tokens[at] !== ']') {
        items.push(node(depth + 1));
        if (tokens[at] === ',') at++;
      }
      at++;
      return { kind: 'array', items };
    }
    if (first !== '{') return { kind: 'scalar', text: first };
    const members: { name: string; node: JsonNode }[] = [];
    while (tokens[at] !== '}') {
      const name = tokens[at]!;
      at += 2;
      members.push({ name, node: node(depth + 1) });
      if (tokens[at] === ',') at++;
    }
    at++;
    return { kind: 'object', members };
  };
  try {
    return node(0);
  } catch (error) {
    if (error === tooDeep) return undefined;
    throw error;
  }
}

const tooDeep = new Error('nested too deeply');

/** Two nodes spell the same, spaces aside. */
export function sameJsonNode(a: JsonNode, b: JsonNode): boolean {
  return compactJson(a) === compactJson(b);
}

/** The node on one line without spaces. */
export function compactJson(node: JsonNode): string {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'array') return `[${node.items.map(compactJson).join(',')}]`;
  return `{${node.members.map((member) => `${member.name}:${compactJson(member.node)}`).join(',')}}`;
}

/** The node as lines for people, indented by two spaces. */
export function prettyJson(node: JsonNode): string[] {
  return prettyLines(node, '', '', '');
}

function prettyLines(node: JsonNode, indent: string, before: string, after: string): string[] {
  if (node.kind === 'scalar') return [`${indent}${before}${node.text}${after}`];
  const [open, close] = node.kind === 'array' ? ['[', ']'] : ['{', '}'];
  const children = childrenOf(node);
  if (children.length === 0) return [`${indent}${before}${open}${close}${after}`];
  const inner = children.flatMap(({ label, node: child }, index) =>
    prettyLines(child, `${indent}  `, label, index === children.length - 1 ? '' : ','),
  );
  return [`${indent}${before}${open}`, ...inner, `${indent}${close}${after}`];
}

/** What is in a container, each with what stands before it: `"name": ` in an object, nothing in an array. */
export function childrenOf(
  node: Exclude<JsonNode, { kind: 'scalar' }>,
): readonly { readonly label: string; readonly node: JsonNode }[] {
  return node.kind === 'array'
    ? node.items.map((item) => ({ label: '', node: item }))
    : node.members.map(({ name, node: child }) => ({ label: `${name}: `, node: child }));
}
