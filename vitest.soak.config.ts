import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

/** `npm run soak`: what takes too long for every run (many kills, long load, fuzzing). One file at a time. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['packages/*/{src,test}/**/*.soak.test.ts', 'apps/*/{src,test}/**/*.soak.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
