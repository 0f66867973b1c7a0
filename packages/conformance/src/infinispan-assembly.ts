import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '@kvtwin/testkit';
import { findMaven } from './java-tools.js';

const packageDir = fileURLToPath(new URL('..', import.meta.url));

/** pom.xml, server.xml and log4j2.xml. */
export const configurationDir: string = join(packageDir, 'infinispan');

/** Git ignores it; removing it only costs a new download. */
export const cacheDir: string = join(packageDir, '.infinispan');

/** A first download takes some minutes on a slow line. */
const DOWNLOAD_LIMIT_MS = 15 * 60_000;

/** What Maven is tried again for: a registry that breaks off in the middle. */
const ATTEMPTS = 3;

/**
 * The folder with the jars of an Infinispan server. Maven gathers them once; later calls find the folder under the
 * fingerprint of the pom. Only a complete folder gets that name, so that an interrupted download is never taken for one.
 */
export async function assembleInfinispan(log: (line: string) => void): Promise<string> {
  const pom = join(configurationDir, 'pom.xml');
  const fingerprint = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 16);
  const ready = join(cacheDir, fingerprint);
  if (existsSync(join(ready, 'lib'))) {
    return join(ready, 'lib');
  }
  const maven = await findMaven();
  log('gathering the Infinispan server from Maven Central (once; some minutes at most)');
  const growing = join(cacheDir, `growing-${process.pid}`);
  await rm(growing, { recursive: true, force: true });
  await mkdir(growing, { recursive: true });
  await runMaven(maven, pom, growing);
  await rename(growing, ready);
  return join(ready, 'lib');
}

async function runMaven(maven: string, pom: string, directory: string): Promise<void> {
  const args = ['-B', '-ntp', '-f', pom, `-Dassembly.directory=${directory}`, 'package'];
  let output = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { exitCode, stdout } = await runProcess(maven, args, { timeoutMs: DOWNLOAD_LIMIT_MS });
    if (exitCode === 0) {
      return;
    }
    output = stdout;
  }
  throw new Error(`Maven could not gather the Infinispan server:\n${output.slice(-4_000)}`);
}
