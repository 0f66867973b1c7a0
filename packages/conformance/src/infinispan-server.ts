import { freePort } from '@kvtwin/testkit';
import { configurationDir } from './infinispan-assembly.js';
import { InfinispanNode, type ServerConfiguration } from './infinispan-node.js';

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

/** Room for a 64 MiB value with its header; the server's own default of 10 MB closes the connection without a word. */
const MAX_CONTENT_LENGTH = '80MB';
const START_ATTEMPTS = 2;

/** Assembles the server if need be, starts one node and resolves once it serves. */
export async function startInfinispan(options: InfinispanOptions): Promise<InfinispanServer> {
  for (let attempt = 1; ; attempt++) {
    const node = await newNode(options);
    try {
      await node.start();
      const { port, url, logFile } = node;
      return { site: options.site, port, url, logFile, pid: node.pid!, stop: () => node.remove() };
    } catch (error) {
      // Another process may have taken the free port in between.
      if (attempt === START_ATTEMPTS) {
        throw error;
      }
    }
  }
}

async function newNode(options: InfinispanOptions): Promise<InfinispanNode> {
  const port = await freePort();
  const configuration = options.configuration ?? DEFAULT_CONFIGURATION;
  return new InfinispanNode({
    name: options.site,
    port,
    heapMb: options.heapMb ?? 1024,
    startLimitMs: options.startLimitMs ?? 120_000,
    log: options.log ?? (() => undefined),
    configuration: {
      ...configuration,
      properties: {
        'kvtwin.site': options.site,
        'kvtwin.port': String(port),
        'kvtwin.max-content-length': MAX_CONTENT_LENGTH,
        ...configuration.properties,
      },
    },
  });
}
