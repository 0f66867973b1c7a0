import { readFileSync } from 'node:fs';
import { readmeOf, runSnippet, snippetsOf } from '@kvtwin/testkit';
import { expect, it } from 'vitest';

const modules: Record<string, () => Promise<unknown>> = {
  '@kvtwin/versioned-value': () => import('./index.js'),
};
const readme = readmeOf(import.meta.url);

it.each(snippetsOf(readme))('snippet %i of the README prints what it says', async (_at, snippet) => {
  const { printed, promised } = await runSnippet(snippet, modules);
  expect(printed).toEqual(promised);
});

it('has a row for every error code', () => {
  const source = readFileSync(new URL('store-error.ts', import.meta.url), 'utf8');
  const codes = new Set(source.match(/'STORE_[A-Z_]+'/g)?.map((code) => code.slice(1, -1)));
  expect(codes.size).toBeGreaterThan(10);
  for (const code of codes) expect(readme).toContain(`\`${code}\``);
});
