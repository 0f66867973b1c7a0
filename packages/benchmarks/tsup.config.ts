import { defineConfig } from 'tsup';

/** Bundles our packages from their sources, so that a run measures what stands there and needs no build before it. */
export default defineConfig({
  entry: [
    'src/run.ts',
    'src/serve-stub.ts',
    'src/serve-http.ts',
    'src/serve-stores.ts',
    'src/client-rounds.ts',
  ],
  format: ['esm'],
  target: 'node20',
  clean: true,
  noExternal: [/^@kvtwin\//],
  external: ['undici'],
  esbuildOptions(options) {
    options.conditions = ['@kvtwin/source'];
  },
});
