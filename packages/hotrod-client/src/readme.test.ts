import { readFileSync } from 'node:fs';
import { readmeOf, runSnippet, snippetsOf } from '@kvtwin/testkit';
import { expect, it } from 'vitest';

const modules: Record<string, () => Promise<unknown>> = {
  '@kvtwin/hotrod-client': () => import('./index.js'),
  '@kvtwin/hotrod-server': () => import('@kvtwin/hotrod-server'),
};

const readFrom = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const readme = readmeOf(import.meta.url);

it.each(snippetsOf(readme))('snippet %i of the README prints what it says', async (_at, snippet) => {
  const { printed, promised } = await runSnippet(snippet, modules);
  expect(printed).toEqual(promised);
});

it('lists exactly the error codes that there are', () => {
  const codes = (text: string): string[] => [...new Set(text.match(/HOTROD_[A-Z_]+/g))].sort();
  const errors = readme.slice(readme.indexOf('## Errors'), readme.indexOf('## Watching it'));
  expect(codes(errors)).toEqual(codes(readFrom('./hotrod-error.ts').slice(0, 4_000)));
});

it('lists every option', () => {
  const source = readFrom('./options/options.ts');
  const declared = source.slice(0, source.indexOf('export type ResolvedOptions'));
  const names = [...declared.matchAll(/^ {2}readonly (\w+)\?:/gm)].map((match) => match[1]!);
  const options = readme.slice(readme.indexOf('## Options'), readme.indexOf('## Errors'));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(options).toContain(`\`${name}\``);
});
