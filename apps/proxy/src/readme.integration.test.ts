import { readmeOf, runSnippet, snippetsOf } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import * as api from './index.js';

const modules: Record<string, () => Promise<unknown>> = {
  'node:fs/promises': () => import('node:fs/promises'),
  'node:os': () => import('node:os'),
  'node:path': () => import('node:path'),
  '@kvtwin/proxy': async () => api,
};
const readme = readmeOf(import.meta.url);

describe('the README', () => {
  it('has snippets', () => {
    expect(snippetsOf(readme)).toHaveLength(3);
  });

  it.each(snippetsOf(readme))('shows what snippet %i prints', async (_at, snippet) => {
    const { printed, promised } = await runSnippet(snippet, modules);
    expect(printed).toEqual(promised);
  });

  it('exports what it names', () => {
    expect(Object.keys(api).sort()).toEqual([
      'BACKEND_FORMS',
      'ProxyError',
      'openBackend',
      'openPair',
      'startProxy',
    ]);
  });
});
