import type { Cell, Measurement } from './cell.js';
import type { ClientName, ClientUnderTest } from './client-name.js';

/** What each competitor did in each round of one cell. */
export interface CellRounds {
  readonly cell: Cell;
  readonly rounds: ReadonlyMap<ClientName, readonly Measurement[]>;
}

/** How long, and how often. */
export interface RoundOptions {
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
}

/** Competitors take turns in short rounds, so that a busy machine is unfair to all of them alike. */
export async function measureInTurns(
  clients: readonly ClientUnderTest[],
  cells: readonly Cell[],
  { rounds, roundMs, warmUpMs }: RoundOptions,
): Promise<CellRounds[]> {
  const measured: CellRounds[] = [];
  for (const cell of cells) {
    const able = clients.filter(({ name }) => name !== 'raw' || cell.operation !== 'iterate');
    const of = new Map<ClientName, Measurement[]>(able.map(({ name }) => [name, []]));
    for (const client of able) await client.measure(cell, warmUpMs);
    for (let round = 0; round < rounds; round++) {
      for (const client of able) of.get(client.name)!.push(await client.measure(cell, roundMs));
    }
    measured.push({ cell, rounds: of });
  }
  return measured;
}
