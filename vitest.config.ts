import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@kvtwin/source'] },
  ssr: { resolve: { conditions: ['@kvtwin/source'], externalConditions: ['@kvtwin/source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'packages/conformance/**', '**/*.soak.test.ts'],
    testTimeout: 20_000,
    server: { deps: { inline: [/@kvtwin\//] } },
  },
});
