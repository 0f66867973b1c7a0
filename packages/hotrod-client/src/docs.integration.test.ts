import { readFileSync, writeFileSync } from 'node:fs';
import { readmeOf, runSnippet, snippetsOf } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import * as exported from './index.js';
import { PROPERTY_RULES } from './options/property-rules.js';

const docUrl = (name: string): URL => new URL(`../../../docs/hotrod/${name}`, import.meta.url);
const docOf = (name: string): string => readFileSync(docUrl(name), 'utf8');

const modules: Record<string, () => Promise<unknown>> = {
  '@kvtwin/hotrod-client': () => import('./index.js'),
  '@kvtwin/hotrod-server': () => import('@kvtwin/hotrod-server'),
  'node:diagnostics_channel': () => import('node:diagnostics_channel'),
};

it.each(
  ['client.md', 'from-npm-infinispan.md'].flatMap((page) =>
    snippetsOf(docOf(page)).map(([at, snippet]) => [page, at, snippet] as const),
  ),
)('%s: snippet %i prints what it says', async (_page, _at, snippet) => {
  const { printed, promised } = await runSnippet(snippet, modules);
  expect(printed).toEqual(promised);
});

it('client-properties.md has the rule for every property', () => {
  const rows = PROPERTY_RULES.map(
    ({ name, fate, note, harmless }) =>
      `| \`${name}\` | ${fate}${harmless === undefined ? '' : ' †'} | ${note.replaceAll('|', '\\|')} |`,
  );
  const text = `# Properties of the Java client

What \`@kvtwin/hotrod-client\` does with the properties that the Java client documents, in a URI
(\`hotrod://h?socket_timeout=3000\`, with or without the prefix) and in a properties file (\`optionsFromProperties(text)\`, full
names, \`infinispan.client.hotrod.socket_timeout\`). \`*\` stands for a name.

* **set**: it sets the option named. A value that it cannot have is \`HOTROD_INVALID_URI\`, in a file \`HOTROD_INVALID_ARGUMENT\`.
* **ignored**: it would change nothing here; \`NODE_DEBUG=hotrod\` tells of it.
* **refused**: the client would not do what it says: \`HOTROD_UNSUPPORTED\`. †: but for the value that asks for what happens
  anyway (\`false\`, \`DISABLED\`, \`NONE\`, \`auth\`, round-robin, the UTF8StringMarshaller).

Any other name is a mistake: \`HOTROD_INVALID_URI\`, in a file \`HOTROD_INVALID_ARGUMENT\`; in a file, names without the prefix are
somebody else's. This page is written from the rules; to write it again, run the package's tests with \`UPDATE_DOCS=1\`.

| property | | |
|---|---|---|
${rows.join('\n')}
`;
  if (process.env.UPDATE_DOCS) writeFileSync(docUrl('client-properties.md'), text);
  expect(docOf('client-properties.md')).toBe(text);
});

describe('from-npm-infinispan.md', () => {
  const page = docOf('from-npm-infinispan.md');
  const rows = page.split('\n').filter((line) => /^\| `/.test(line));
  const cell = (row: string, at: number): string => row.split(' | ')[at]?.replace(/^\| /, '') ?? '';

  it('names only calls that there are', () => {
    const members: Record<string, object> = {
      client: exported.HotRodClient.prototype,
      cache: exported.Cache.prototype,
      HotRodClient: exported.HotRodClient,
      subscription: exported.CacheSubscription.prototype,
      events: exported.CacheEventStream.prototype,
      codecs: exported.codecs,
    };
    let checked = 0;
    for (const row of rows) {
      for (const [, owner, member] of cell(row, 1).matchAll(/\b(\w+)\.(\w+)\b/g)) {
        const object = members[owner!];
        if (object === undefined) continue;
        expect(member! in object, `${owner}.${member} in ${row}`).toBe(true);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(30);
  });

  it('has every call of the old client', () => {
    const old = rows.map((row) => cell(row, 0)).join(' ');
    const calls = `connect disconnect getProtocolVersion get query containsKey getWithMetadata put remove putIfAbsent
      replace replaceWithVersion removeWithVersion getAll putAll iterator size clear ping stats addListener removeListener
      addContinuousQuery removeContinuousQuery addScript execute counterCreate counterGet counterAddAndGet counterReset
      counterCompareAndSwap counterIsDefined counterGetConfiguration counterRemove counterGetAndSet multimapGet multimapPut
      multimapRemoveKey multimapRemoveEntry multimapSize multimapContainsEntry multimapContainsKey multimapContainsValue
      getTopologyInfo getTopologyId getMembers findOwners switchToCluster switchToDefaultCluster registerProtostreamType
      registerProtostreamRoot nearCacheSize getTransactionManager createCache getOrCreateCache removeCache cacheNames
      updateConfigurationAttribute reindex updateIndexSchema registerSchema removeSchema`;
    for (const call of calls.split(/\s+/)) expect(old).toMatch(new RegExp(`\\b${call}\\b`));
  });
});

it('the README names the pages of the guide', () => {
  const readme = readmeOf(import.meta.url);
  for (const page of ['client.md', 'client-api.md', 'from-npm-infinispan.md', 'client-properties.md']) {
    expect(readme).toContain(`docs/hotrod/${page}`);
  }
});
