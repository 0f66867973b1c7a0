import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assembleInfinispan, cacheDir, configurationDir } from './infinispan-assembly.js';
import { findJava } from './java-tools.js';

/** What a node serves. */
export interface ServerConfiguration {
  /** Folder of the file and of what it names by relative paths. */
  readonly directory: string;
  readonly file: string;
  /** System properties that the file asks for. */
  readonly properties: Readonly<Record<string, string>>;
}

/** What makes a node the one that it is, at every start. */
export interface NodeSpec {
  /** Its name in the cluster, and the start of its folder's. */
  readonly name: string;
  /** Port of 127.0.0.1 that its configuration listens on. */
  readonly port: number;
  readonly configuration: ServerConfiguration;
  readonly heapMb: number;
  /** How long it may take to serve. */
  readonly startLimitMs: number;
  readonly log: (line: string) => void;
}

/** "Infinispan Server … started in …ms", printed once all endpoints serve. */
const STARTED = 'ISPN080001';
/** "Error while starting": the JVM may stay alive behind it. */
const START_FAILED = /ISPN080028|Exception in thread "main"/;
const STOP_LIMIT_MS = 15_000;

/** One node of a real Infinispan server, with a port and a folder of its own; it starts and ends as often as a test wants. */
export class InfinispanNode {
  readonly name: string;
  readonly port: number;
  /** `hotrod://127.0.0.1:port`. */
  readonly url: string;
  /** What all its lives printed. */
  readonly logFile: string;
  readonly #spec: NodeSpec;
  readonly #root: string;
  #child: ChildProcess | undefined;

  constructor(spec: NodeSpec) {
    this.#spec = spec;
    this.name = spec.name;
    this.port = spec.port;
    this.url = `hotrod://127.0.0.1:${spec.port}`;
    this.#root = join(cacheDir, 'run', `${spec.name}-${spec.port}`);
    this.logFile = join(this.#root, 'server.log');
  }

  /** Of its process; undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** Assembles the server if need be and resolves once it serves. What it held before is gone: its caches are in memory. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.name} runs already`);
    const java = await findJava();
    const lib = await assembleInfinispan(this.#spec.log);
    // A crash leaves a lock file there, and the server refuses to start over it.
    await rm(join(this.#root, 'data'), { recursive: true, force: true });
    // The server looks into <root>/lib for extensions and fails without the folder.
    await mkdir(join(this.#root, 'lib'), { recursive: true });
    const child = spawn(java, this.#javaArguments(lib), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const guard = guardOf(child);
    child.once('exit', () => {
      guard.kill('SIGKILL');
      this.#child = undefined;
    });
    try {
      await serving(child, createWriteStream(this.logFile, { flags: 'a' }), this.#spec.startLimitMs);
    } catch (error) {
      await this.kill();
      const tail = (await readFile(this.logFile, 'utf8').catch(() => '')).slice(-3_000);
      throw new Error(`Infinispan ${this.name} did not start (${(error as Error).message}):\n${tail}`);
    }
  }

  /** Asks it to end, waits, kills it if it does not. Idempotent. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ends it as a power cut does (SIGKILL). Idempotent. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Has it do nothing at all (SIGSTOP), with its connections open, until {@link thaw}. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** Lets it go on (SIGCONT) as if nothing had been. */
  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Stops it and removes what it wrote, but for its log. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(join(this.#root, 'data'), { recursive: true, force: true });
  }

  #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    return new Promise((resolve) => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
        resolve();
        return;
      }
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      child.kill(signal);
    });
  }

  #javaArguments(lib: string): string[] {
    const { directory, file, properties } = this.#spec.configuration;
    const all = {
      'java.net.preferIPv4Stack': 'true',
      'java.util.logging.manager': 'org.infinispan.server.loader.LogManager',
      'infinispan.server.home.path': this.#root,
      'infinispan.server.config.path': directory,
      ...properties,
    };
    return [
      '-Xms64m',
      `-Xmx${this.#spec.heapMb}m`,
      '-XX:+UseSerialGC',
      // The servers live for minutes: compiling with C1 only halves their start on a small machine.
      '-XX:TieredStopAtLevel=1',
      '--add-opens=java.base/java.util=ALL-UNNAMED',
      '--add-opens=java.base/java.util.concurrent=ALL-UNNAMED',
      ...Object.entries(all).map(([name, value]) => `-D${name}=${value}`),
      '-cp',
      join(lib, '*'),
      'org.infinispan.server.Bootstrap',
      ...['-s', this.#root, '-n', this.name, '-c', file, '-l', join(configurationDir, 'log4j2.xml')],
    ];
  }
}

/** Kills the server when this process is gone, however it went: a killed one cannot clean up behind itself. */
function guardOf(server: ChildProcess): ChildProcess {
  const guard = spawn('sh', ['-c', 'read -r _; kill -9 "$1"', 'guard', String(server.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  return guard;
}

function serving(child: ChildProcess, log: WriteStream, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready after ${limitMs} ms`)), limitMs);
    let recent = '';
    const onOutput = (chunk: Buffer): void => {
      log.write(chunk);
      recent = recent.slice(-500) + chunk.toString('utf8');
      if (recent.includes(STARTED)) {
        clearTimeout(timer);
        resolve();
      } else if (START_FAILED.test(recent)) {
        clearTimeout(timer);
        reject(new Error('it reports an error'));
      }
    };
    child.stdout?.on('data', onOutput);
    child.stderr?.on('data', onOutput);
    child.once('error', reject);
    child.once('close', () => log.end());
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`it ended with ${signal ?? code}`));
    });
  });
}
