import { BenchProcess } from './bench-process.js';
import type { Cell, Measurement } from './cell.js';
import type { ClientName, ClientUnderTest } from './client-name.js';
import { startJavaClient } from './java-client.js';
import type { SelfTime } from './self-times.js';

/** A young generation that nothing is collected from during a measurement of what is allocated. */
const ROOMY = ['--expose-gc', '--max-semi-space-size=128', '--min-semi-space-size=128'];

/** Options of {@link startClients}. */
export interface StartClientsOptions {
  readonly names: readonly ClientName[];
  readonly port: number;
  readonly cache: string;
  readonly log: (line: string) => void;
}

/** Starts those that this machine can run; says why one is left out. */
export async function startClients({
  names,
  port,
  cache,
  log,
}: StartClientsOptions): Promise<ClientUnderTest[]> {
  const started: ClientUnderTest[] = [];
  for (const name of names) {
    if (name !== 'java') {
      started.push(await NodeClient.start(name, port, cache));
      continue;
    }
    const java = await startJavaClient(port, cache, log);
    if (java !== undefined) started.push(java);
  }
  return started;
}

/** One that runs in Node. */
export class NodeClient implements ClientUnderTest {
  readonly #process: BenchProcess;

  private constructor(
    readonly name: Exclude<ClientName, 'java'>,
    process: BenchProcess,
  ) {
    this.#process = process;
  }

  static async start(
    name: Exclude<ClientName, 'java'>,
    port: number,
    cache: string,
    { roomy = false }: { readonly roomy?: boolean } = {},
  ): Promise<NodeClient> {
    const execArgv = roomy ? ROOMY : [];
    const process = await BenchProcess.start('serve-client', [name, String(port), cache], {
      execArgv,
      core: 'client',
    });
    return new NodeClient(name, process);
  }

  measure(cell: Cell, ms: number): Promise<Measurement> {
    return this.#process.ask({ measure: cell, ms });
  }

  /** Only where it was started roomy. */
  allocation(cell: Cell, calls: number): Promise<Measurement> {
    return this.#process.ask({ allocation: cell, calls });
  }

  profile(cell: Cell, ms: number): Promise<SelfTime[]> {
    return this.#process.ask({ profile: cell, ms });
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
