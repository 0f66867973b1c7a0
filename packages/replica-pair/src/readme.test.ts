import { readFileSync } from 'node:fs';
import * as versionedValue from '@kvtwin/versioned-value';
import { expect, it } from 'vitest';
import * as replicaPair from './index.js';

type AsyncFunction = new (...parameters: string[]) => (...values: unknown[]) => Promise<void>;
const AsyncFunction = (async () => undefined).constructor as AsyncFunction;

const modules: Record<string, unknown> = {
  '@kvtwin/versioned-value': versionedValue,
  '@kvtwin/replica-pair': replicaPair,
};
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);

it.each(snippets.map((snippet, at) => [at + 1, snippet] as const))(
  'snippet %i of the README prints what it says',
  async (_, snippet) => {
    const expected = [...snippet.matchAll(/\/\/ → (.*)/g)].map((match) => match[1]);
    const printed: string[] = [];
    const code = snippet
      .replaceAll(/import (\{[^}]*\}) from '([^']+)';/g, "const $1 = modules['$2'];")
      .replaceAll('await using', 'const');
    await new AsyncFunction('modules', 'console', code)(modules, {
      log: (...parts: unknown[]) => printed.push(parts.join(' ')),
    });
    expect(printed).toEqual(expected);
  },
);
