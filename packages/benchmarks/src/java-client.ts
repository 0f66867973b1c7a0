import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findJava, findMaven } from '@kvtwin/conformance';
import { runProcess } from '@kvtwin/testkit';
import type { Cell, Measurement } from './cell.js';
import type { ClientUnderTest } from './client-name.js';
import { pin } from './pin.js';
import { SIZES } from './workload.js';

/** Bundles lie in dist, sources in src. */
const javaDir = fileURLToPath(new URL('../java', import.meta.url));
const cacheDir = fileURLToPath(new URL('../.built/java', import.meta.url));
const SOURCE = 'src/main/java/io/github/kvtwin/bench/JavaCompetitor.java';
/** A first download takes some minutes on a slow line. */
const BUILD_LIMIT_MS = 5 * 60_000;
/** The compilers of the JVM take their time; what is measured before says little. */
const WARM_UP_MS = 2_500;

/** The Java client, compiled once; undefined, and a line why, where there is no Java or no Maven. */
export async function startJavaClient(
  port: number,
  cache: string,
  log: (line: string) => void,
): Promise<ClientUnderTest | undefined> {
  try {
    const java = await findJava();
    const classes = await buildOnce(log);
    const classPath = `${join(classes, 'classes')}:${join(classes, 'lib', '*')}`;
    const args = ['-Xmx1g', '-cp', classPath, 'io.github.kvtwin.bench.JavaCompetitor', String(port), cache];
    const child = spawn(java, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    pin(child.pid!, 'client');
    const client = new JavaClient(child);
    await client.ready();
    return client;
  } catch (error) {
    log(`the Java client is left out: ${(error as Error).message}`);
    return undefined;
  }
}

async function buildOnce(log: (line: string) => void): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['pom.xml', SOURCE]) hash.update(await readFile(join(javaDir, file)));
  const ready = join(cacheDir, hash.digest('hex').slice(0, 16));
  if (existsSync(join(ready, 'lib'))) return ready;
  const maven = await findMaven();
  log('compiling the Java client with Maven (once; some minutes at most)');
  const growing = join(cacheDir, `growing-${process.pid}`);
  await rm(growing, { recursive: true, force: true });
  const args = [
    '-B',
    '-q',
    '-ntp',
    '-f',
    join(javaDir, 'pom.xml'),
    `-Dassembly.directory=${growing}`,
    'package',
  ];
  const { exitCode, stdout } = await runProcess(maven, args, { timeoutMs: BUILD_LIMIT_MS });
  if (exitCode !== 0) throw new Error(`Maven could not compile it: ${stdout.slice(-2_000)}`);
  await rename(growing, ready);
  return ready;
}

class JavaClient implements ClientUnderTest {
  readonly name = 'java';
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #warm = new Set<string>();
  #said = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-2_000);
    });
    child.once('exit', () => this.#lines.close());
  }

  async ready(): Promise<void> {
    await this.#answer();
  }

  async measure(cell: Cell, ms: number): Promise<Measurement> {
    const kind = `${cell.operation} ${cell.size}`;
    if (!this.#warm.has(kind)) {
      this.#warm.add(kind);
      await this.#ask({ ...cell, depth: Math.min(cell.depth, 64) }, WARM_UP_MS);
    }
    return this.#ask(cell, ms);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }

  async #ask({ operation, size, depth, count = 0 }: Cell, ms: number): Promise<Measurement> {
    const { letter, bytes } = SIZES[size];
    this.#child.stdin?.write(`${operation} ${letter} ${bytes} ${count} ${depth} ${Math.ceil(ms)}\n`);
    return JSON.parse(await this.#answer()) as Measurement;
  }

  /** The next line that is an answer: the client logs to the same stream. */
  #answer(): Promise<string> {
    return new Promise((resolve, reject) => {
      const onLine = (line: string): void => {
        if (!line.startsWith('{')) return;
        this.#lines.off('close', onClose);
        this.#lines.off('line', onLine);
        resolve(line);
      };
      const onClose = (): void => reject(new Error(`the Java client ended: ${this.#said}`));
      this.#lines.on('line', onLine);
      this.#lines.once('close', onClose);
    });
  }
}
