import { defineConfig } from 'vitest/config';

/** Real servers: one file after the other, so that no suite measures another's load. */
export default defineConfig({
  resolve: { conditions: ['@kvtwin/source'] },
  ssr: { resolve: { conditions: ['@kvtwin/source'], externalConditions: ['@kvtwin/source'] } },
  test: {
    root: import.meta.dirname,
    include: ['test/**/*.conformance.ts'],
    globalSetup: ['./test/two-sites.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { inline: [/@kvtwin\//] } },
  },
});
