import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

/**
 * Bundles a program written in TypeScript, with the sources of the packages it imports, so that a test can run it as a
 * process of its own and kill it. Returns the path of the bundle in `intoDir`, for `node`. Takes a second or two.
 */
export async function bundleProgram(entry: URL, intoDir: string): Promise<string> {
  const source = fileURLToPath(entry);
  await build({
    entry: { program: source },
    outDir: intoDir,
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    outExtension: () => ({ js: '.mjs' }),
    config: false,
    silent: true,
    clean: false,
    noExternal: [/^@kvtwin\//],
    // Dependencies in CommonJS ask for Node's modules by `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    esbuildOptions: (options) => {
      options.conditions = ['@kvtwin/source'];
    },
  });
  return join(intoDir, 'program.mjs');
}
