import { readmeOf, runSnippet, snippetsOf } from '@kvtwin/testkit';
import { expect, it } from 'vitest';

const modules: Record<string, () => Promise<unknown>> = {
  '@kvtwin/hustdb-client': () => import('./index.js'),
  '@kvtwin/hustdb-node': () => import('@kvtwin/hustdb-node'),
  '@kvtwin/hustdb-protocol': () => import('@kvtwin/hustdb-protocol'),
  'node:http': () => import('node:http'),
};

const readme = readmeOf(import.meta.url);

it.each(snippetsOf(readme))('snippet %i of the README prints what it says', async (_at, snippet) => {
  const { printed, promised } = await runSnippet(snippet, modules);
  expect(printed).toEqual(promised);
});
