import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as bytes from './index.js';

const modules: Readonly<Record<string, object>> = { '@kvtwin/bytes': bytes };
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string);
const AsyncFunction = (async () => undefined).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

/** `expression; // → value` becomes a check, an import becomes a look into this source. */
function runnable(snippet: string): string {
  return snippet
    .replace(/^import \{(.*?)\} from '(.*?)';$/gms, 'const {$1} = modules["$2"];')
    .replace(/^(.*); \/\/ → (.*)$/gm, 'expect($1).toEqual($2);');
}

describe('the snippets of the README do what they say', () => {
  test.each(snippets)('%s', async (snippet) => {
    await new AsyncFunction('modules', 'expect', runnable(snippet))(modules, expect);
  });

  test('there are some, with checks', () => {
    expect(snippets.length).toBeGreaterThan(3);
    expect(readme).toContain('// → ');
  });
});
