import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@kvtwin/testkit';
import { assembleInfinispan, cacheDir, configurationDir } from './infinispan-assembly.js';
import { findJava } from './java-tools.js';

/** Options of {@link startInfinispan}. */
export interface InfinispanOptions {
  /** Names the site, its cluster and its folder, for instance `lon`. */
  readonly site: string;
  /** Largest heap; a 64 MiB value passes through several copies in the server. */
  readonly heapMb?: number;
  /** How long it may take to serve; 120,000 by default. */
  readonly startLimitMs?: number;
  readonly log?: (line: string) => void;
  /** What it serves; by default server.xml of this package. */
  readonly configuration?: ServerConfiguration;
}

/** A configuration other than the usual one. */
export interface ServerConfiguration {
  /** Folder of the file and of what it names by relative paths. */
  readonly directory: string;
  readonly file: string;
  /** System properties that the file asks for. */
  readonly properties: Readonly<Record<string, string>>;
}

const DEFAULT_CONFIGURATION: ServerConfiguration = {
  directory: configurationDir,
  file: 'server.xml',
  properties: {},
};

/** A real Infinispan server, one node, on a free port of 127.0.0.1. */
export interface InfinispanServer {
  readonly site: string;
  readonly port: number;
  /** `hotrod://127.0.0.1:port`; append `/` and the name of a cache of server.xml. */
  readonly url: string;
  readonly pid: number;
  /** What the server printed. */
  readonly logFile: string;
  /** Asks it to end, waits, kills it if it does not. Idempotent. */
  stop(): Promise<void>;
}

/** "Infinispan Server … started in …ms", printed once all endpoints serve. */
const STARTED = 'ISPN080001';
/** "Error while starting": the JVM may stay alive behind it. */
const START_FAILED = /ISPN080028|Exception in thread "main"/;
/** Room for a 64 MiB value with its header; the server's own default of 10 MB closes the connection without a word. */
const MAX_CONTENT_LENGTH = '80MB';
const STOP_LIMIT_MS = 15_000;
const START_ATTEMPTS = 2;

/** Assembles the server if need be, starts one node and resolves once it serves. */
export async function startInfinispan(options: InfinispanOptions): Promise<InfinispanServer> {
  const java = await findJava();
  const lib = await assembleInfinispan(options.log ?? (() => undefined));
  for (let attempt = 1; ; attempt++) {
    try {
      return await startNode(java, lib, options);
    } catch (error) {
      // Another process may have taken the free port in between.
      if (attempt === START_ATTEMPTS) {
        throw error;
      }
    }
  }
}

async function startNode(java: string, lib: string, options: InfinispanOptions): Promise<InfinispanServer> {
  const port = await freePort();
  const root = join(cacheDir, 'run', `${options.site}-${port}`);
  // The server looks into <root>/lib for extensions and fails without the folder.
  await mkdir(join(root, 'lib'), { recursive: true });
  const logFile = join(root, 'server.log');
  const child = spawn(java, javaArguments(lib, root, port, options), { stdio: ['ignore', 'pipe', 'pipe'] });
  const killOnExit = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', killOnExit);
  child.once('exit', () => process.off('exit', killOnExit));
  try {
    await serving(child, createWriteStream(logFile), options.startLimitMs ?? 120_000);
  } catch (error) {
    child.kill('SIGKILL');
    const tail = (await readFile(logFile, 'utf8').catch(() => '')).slice(-3_000);
    throw new Error(`Infinispan ${options.site} did not start (${(error as Error).message}):\n${tail}`);
  }
  return {
    site: options.site,
    port,
    url: `hotrod://127.0.0.1:${port}`,
    pid: child.pid!,
    logFile,
    stop: async () => {
      await endOf(child);
      await rm(join(root, 'data'), { recursive: true, force: true });
    },
  };
}

function javaArguments(lib: string, root: string, port: number, options: InfinispanOptions): string[] {
  const { directory, file, properties: own } = options.configuration ?? DEFAULT_CONFIGURATION;
  const properties = {
    'java.net.preferIPv4Stack': 'true',
    'java.util.logging.manager': 'org.infinispan.server.loader.LogManager',
    'infinispan.server.home.path': root,
    'infinispan.server.config.path': directory,
    'kvtwin.site': options.site,
    'kvtwin.port': String(port),
    'kvtwin.max-content-length': MAX_CONTENT_LENGTH,
    ...own,
  };
  return [
    '-Xms64m',
    `-Xmx${options.heapMb ?? 1024}m`,
    '-XX:+UseSerialGC',
    // The servers live for minutes: compiling with C1 only halves their start on a small machine.
    '-XX:TieredStopAtLevel=1',
    '--add-opens=java.base/java.util=ALL-UNNAMED',
    '--add-opens=java.base/java.util.concurrent=ALL-UNNAMED',
    ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
    '-cp',
    join(lib, '*'),
    'org.infinispan.server.Bootstrap',
    ...['-s', root, '-n', options.site, '-c', file, '-l', join(configurationDir, 'log4j2.xml')],
  ];
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
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      log.end();
      reject(new Error(`it ended with ${signal ?? code}`));
    });
  });
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
