import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { defineConfig, type Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** Packages that look for files beside their sources go on looking there when they are bundled. */
const besideTheSource: Plugin = {
  name: 'beside-the-source',
  setup(build) {
    build.onLoad({ filter: /packages\/(conformance|testkit)\/src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll(', import.meta.url)', `, ${url})`), loader: 'ts' };
    });
  },
};

/** Bundles our packages from their sources, so that a run measures what stands there and needs no build before it. */
export default defineConfig({
  entry: [
    'src/run.ts',
    'src/serve-client.ts',
    'src/serve-constants.ts',
    'src/serve-http.ts',
    'src/serve-stores.ts',
  ],
  format: ['esm'],
  target: 'node20',
  clean: true,
  noExternal: [/^@kvtwin\//],
  external: [/^(?!@kvtwin\/|\.|\/)/],
  esbuildPlugins: [besideTheSource],
  esbuildOptions(options) {
    options.conditions = ['@kvtwin/source'];
  },
});
