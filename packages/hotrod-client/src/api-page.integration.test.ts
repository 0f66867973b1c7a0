import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { apiPage } from '../scripts/api-page.js';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const pageFile = pathOf('../../../docs/hotrod/client-api.md');

it('docs/hotrod/client-api.md tells of every export and public member, as their doc comments do', () => {
  const { text, undocumented } = apiPage(pathOf('./index.ts'), pathOf('../tsconfig.json'));
  expect(undocumented).toEqual([]);
  if (process.env.UPDATE_DOCS) writeFileSync(pageFile, text);
  expect(readFileSync(pageFile, 'utf8')).toBe(text);
}, 120_000);
