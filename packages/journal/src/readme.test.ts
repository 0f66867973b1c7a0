import { readmeOf, runSnippet, snippetsOf } from '@kvtwin/testkit';
import { expect, it } from 'vitest';

const modules: Record<string, () => Promise<unknown>> = {
  'node:fs/promises': () => import('node:fs/promises'),
  'node:os': () => import('node:os'),
  'node:path': () => import('node:path'),
  '@kvtwin/journal': () => import('./index.js'),
};
const readme = readmeOf(import.meta.url);

it.each(snippetsOf(readme))('snippet %i of the README prints what it says', async (_at, snippet) => {
  const { printed, promised } = await runSnippet(snippet, modules);
  expect(printed).toEqual(promised);
});
