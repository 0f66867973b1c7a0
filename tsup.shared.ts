import { defineConfig, type Options } from 'tsup';

/** A published library: ESM and CommonJS, types for both. */
export function library(options: Options = {}): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    target: 'node20',
    dts: true,
    sourcemap: true,
    clean: true,
    treeshake: true,
    ...options,
  });
}

/** A command-line application: ESM only, its entry points given by name. */
export function application(entry: Record<string, string>): ReturnType<typeof defineConfig> {
  return defineConfig({ entry, format: ['esm'], target: 'node20', sourcemap: true, clean: true });
}
