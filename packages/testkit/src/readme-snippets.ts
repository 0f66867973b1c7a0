import { readFileSync } from 'node:fs';

type AsyncFunctionConstructor = new (...parameters: string[]) => (...values: unknown[]) => Promise<void>;
const AsyncFunction = (async () => undefined).constructor as AsyncFunctionConstructor;

/** The text of the README of the package that a test file in `src` belongs to. `testUrl` is its `import.meta.url`. */
export function readmeOf(testUrl: string): string {
  return readFileSync(new URL('../README.md', testUrl), 'utf8');
}

/** The `ts` blocks of a README, each with its number from 1, as rows of a table of tests. */
export function snippetsOf(readme: string): (readonly [number: number, snippet: string])[] {
  return [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match, at) => [at + 1, match[1]!] as const);
}

/** What a snippet printed, and what its comments `// → …` promise, line by line. */
export interface SnippetOutcome {
  readonly printed: readonly string[];
  readonly promised: readonly string[];
}

/**
 * Runs a snippet with its `console.log` caught. `modules` loads what it may import; any other import fails. `await using`
 * is run as `const`, for a Node that does not know it.
 */
export async function runSnippet(
  snippet: string,
  modules: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<SnippetOutcome> {
  const printed: string[] = [];
  const code = snippet
    .replaceAll(/import (\{[^}]*\}) from '([^']+)';/g, asDestructuring)
    .replaceAll('await using', 'const');
  const load = async (name: string): Promise<unknown> => {
    const module = modules[name];
    if (module === undefined) throw new Error(`the snippet imports ${name}, which its test does not provide`);
    return module();
  };
  await new AsyncFunction('load', 'console', code)(load, {
    log: (...parts: unknown[]) => printed.push(parts.map(String).join(' ')),
  });
  return { printed, promised: [...snippet.matchAll(/\/\/ → (.*)/g)].map((match) => match[1]!) };
}

function asDestructuring(_statement: string, names: string, module: string): string {
  return `const ${names.replaceAll(' as ', ': ')} = await load('${module}');`;
}
