import { readmeOf, runSnippet, snippetsOf } from '@kvtwin/testkit';
import { expect, it } from 'vitest';

const modules: Record<string, () => Promise<unknown>> = {
  '@kvtwin/hustdb-node': () => import('./index.js'),
  'node:fs/promises': () => import('node:fs/promises'),
  '@kvtwin/versioned-value': () => import('@kvtwin/versioned-value'),
};

const readme = readmeOf(import.meta.url);

it.each(snippetsOf(readme))('snippet %i of the README prints what it says', async (_at, snippet) => {
  const { printed, promised } = await runSnippet(snippet, modules);
  expect(printed).toEqual(promised);
});
