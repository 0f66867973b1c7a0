import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as exported from './index.js';

type AsyncFunction = new (...parameters: string[]) => (...values: unknown[]) => Promise<void>;
const AsyncFunction = (async () => undefined).constructor as AsyncFunction;

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);

it.each(snippets.map((snippet, at) => [at + 1, snippet] as const))(
  'snippet %i of the README prints what it says',
  async (_, snippet) => {
    const expected = [...snippet.matchAll(/\/\/ → (.*)/g)].map((match) => match[1]);
    const printed: string[] = [];
    const code = snippet.replaceAll(
      /import (\{[^}]*\}) from '@kvtwin\/versioned-value';/g,
      'const $1 = exported;',
    );
    await new AsyncFunction('exported', 'console', code)(exported, {
      log: (...parts: unknown[]) => printed.push(parts.join(' ')),
    });
    expect(printed).toEqual(expected);
  },
);

it('has a row for every error code', () => {
  const source = readFileSync(new URL('store-error.ts', import.meta.url), 'utf8');
  const codes = new Set(source.match(/'STORE_[A-Z_]+'/g)?.map((code) => code.slice(1, -1)));
  expect(codes.size).toBeGreaterThan(10);
  for (const code of codes) expect(readme).toContain(`\`${code}\``);
});
