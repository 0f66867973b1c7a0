import type { Cell, Measurement } from './cell.js';

/** A competitor in a process of its own. */
export interface ClientUnderTest {
  readonly name: ClientName;
  measure(cell: Cell, ms: number): Promise<Measurement>;
  stop(): Promise<void>;
}

export type ClientName = 'raw' | 'kvtwin' | 'npm' | 'java';

/** How tables call them. */
export const CLIENT_TITLES: Readonly<Record<ClientName, string>> = {
  raw: 'raw socket',
  kvtwin: '@kvtwin/hotrod-client',
  npm: 'npm infinispan',
  java: 'Java client',
};
