import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

type AsyncFunction = new (...parameters: string[]) => (...values: unknown[]) => Promise<void>;
const AsyncFunction = (async () => undefined).constructor as AsyncFunction;

const modules: Record<string, () => Promise<unknown>> = {
  '@kvtwin/hotrod-server': () => import('./index.js'),
  '@kvtwin/versioned-value': () => import('@kvtwin/versioned-value'),
  'node:events': () => import('node:events'),
  'node:net': () => import('node:net'),
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
    await run(async (name: string) => modules[name]!(), {
      log: (...parts: unknown[]) => printed.push(parts.join(' ')),
    });
    expect(printed).toEqual(expected);
  },
);

it('lists exactly the options that there are', () => {
  const source = readFileSync(new URL('./server-options.ts', import.meta.url), 'utf8');
  const declared = source.slice(0, source.indexOf('const limitDefaults'));
  const names = [...declared.matchAll(/^ {2}readonly (\w+)\??:/gm)].map((match) => match[1]!);
  const options = readme.slice(readme.indexOf('## Options'), readme.indexOf('## Errors'));
  expect(names.length).toBeGreaterThan(15);
  for (const name of names.filter((name) => name !== 'limits')) {
    expect(options).toMatch(new RegExp(`\`(limits\\.)?${name}\``));
  }
});
