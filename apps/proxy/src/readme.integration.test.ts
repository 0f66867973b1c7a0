import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as api from './index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);

describe('the README', () => {
  it('has snippets', () => {
    expect(snippets).toHaveLength(2);
  });

  it.each(snippets.map((snippet, at) => [at + 1, snippet] as const))(
    'shows what snippet %i prints',
    async (_, snippet) => {
      const printed: string[] = [];
      const body = snippet.replace(/^import .*$/gm, '');
      const run = new Function('startProxy', 'console', `return (async () => {${body}})()`) as (
        start: typeof api.startProxy,
        console: { log(...values: unknown[]): void },
      ) => Promise<void>;
      await run(api.startProxy, { log: (...values) => printed.push(values.join(' ')) });
      const promised = [...snippet.matchAll(/^\/\/ (.*)$/gm)].map((match) => match[1]);
      expect(printed).toEqual(promised);
    },
  );

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
