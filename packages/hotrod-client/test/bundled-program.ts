import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A program with this repository's packages in it, from their sources, as one module that node runs. */
export async function bundledProgram(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@kvtwin/source'],
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
