import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@kvtwin/source'] },
  ssr: { resolve: { conditions: ['@kvtwin/source'], externalConditions: ['@kvtwin/source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'packages/conformance/**', '**/*.soak.test.ts'],
    // Far above what anything needs: on a busy machine a test that starts servers may wait long for its turn.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { inline: [/@kvtwin\//] } },
  },
});
