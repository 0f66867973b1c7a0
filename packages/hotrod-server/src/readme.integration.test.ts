import { readFileSync } from 'node:fs';
import { readmeOf, runSnippet, snippetsOf } from '@kvtwin/testkit';
import { expect, it } from 'vitest';

const modules: Record<string, () => Promise<unknown>> = {
  '@kvtwin/hotrod-server': () => import('./index.js'),
  '@kvtwin/versioned-value': () => import('@kvtwin/versioned-value'),
  'node:events': () => import('node:events'),
  'node:net': () => import('node:net'),
};

const readme = readmeOf(import.meta.url);

it.each(snippetsOf(readme))('snippet %i of the README prints what it says', async (_at, snippet) => {
  const { printed, promised } = await runSnippet(snippet, modules);
  expect(printed).toEqual(promised);
});

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
