import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

type AsyncFunction = new (...parameters: string[]) => (...values: unknown[]) => Promise<void>;
const AsyncFunction = (async () => undefined).constructor as AsyncFunction;

const MODULES: Record<string, () => Promise<unknown>> = {
  '@kvtwin/hustdb-client': () => import('./index.js'),
  '@kvtwin/hustdb-node': () => import('@kvtwin/hustdb-node'),
  'node:http': () => import('node:http'),
};

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);

it.each(snippets.map((snippet, at) => [at + 1, snippet] as const))(
  'snippet %i of the README prints what it says',
  async (_at, snippet) => {
    const expected = [...snippet.matchAll(/\/\/ → (.*)/g)].map((match) => match[1]);
    const printed: string[] = [];
    const code = snippet.replaceAll(/import (\{[^}]*\}) from '([^']+)';/g, "const $1 = await load('$2');");
    const run = new AsyncFunction('load', 'console', code);
    await run(async (name: string) => MODULES[name]!(), {
      log: (...parts: unknown[]) => printed.push(parts.join(' ')),
    });
    expect(printed).toEqual(expected);
  },
);
