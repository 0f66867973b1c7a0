import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '@kvtwin/testkit';
import { BenchProcess } from './bench-process.js';
import { pin } from './pin.js';

const source = fileURLToPath(new URL('../native/constant-server.c', import.meta.url));
const cacheDir = fileURLToPath(new URL('../.built/native', import.meta.url));

/** A server that answers Hot Rod and HTTP with constants, in a process of its own. */
export interface ConstantServer {
  readonly port: number;
  readonly httpPort: number;
  /** `C`: at almost no cost; `Node`: as fast as Node can, which is the bottleneck from some hundred requests in flight on. */
  readonly writtenIn: 'C' | 'Node';
  stop(): Promise<void>;
}

/** Starts the one in C where it can be compiled (a C compiler, on Linux), else the one in Node. */
export async function startConstantServer(log: (line: string) => void): Promise<ConstantServer> {
  const program = await compileOnce(log);
  return program === undefined ? startInNode() : startInC(program);
}

async function compileOnce(log: (line: string) => void): Promise<string | undefined> {
  const hash = createHash('sha256')
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 16);
  const program = join(cacheDir, `constant-server-${hash}`);
  if (existsSync(program)) return program;
  await mkdir(cacheDir, { recursive: true });
  const growing = `${program}-${process.pid}`;
  const built = await runProcess('cc', ['-O2', '-o', growing, source, '-lpthread']).catch(
    (error: Error) => error,
  );
  if (built instanceof Error || built.exitCode !== 0) {
    const why = built instanceof Error ? built.message : built.stderr.slice(-500);
    log(`the constant server cannot be compiled, so it runs in Node and slows the fastest down: ${why}`);
    return undefined;
  }
  await rename(growing, program);
  return program;
}

async function startInC(program: string): Promise<ConstantServer> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  pin(child.pid!, 'server');
  const [said] = (await once(child.stdout!, 'data')) as [Buffer];
  const port = Number(said.toString());
  return { port, httpPort: port, writtenIn: 'C', stop: () => stopInC(child) };
}

async function stopInC(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
}

async function startInNode(): Promise<ConstantServer> {
  const server = await BenchProcess.start('serve-constants', [], { core: 'server' });
  const { port, httpPort } = server.ready as { port: number; httpPort: number };
  return { port, httpPort, writtenIn: 'Node', stop: () => server.stop() };
}
