import { readBackVersion } from '@kvtwin/hustdb-protocol';

/** Asks what a read tells now; undefined where it tells nothing. */
export type ReadBack = () => Promise<number | undefined>;

/**
 * Turns the version that a node's write answered into the token that a read would tell. The two are the same on a node with
 * a plain counter; on HustDB 1.9 they part at 64. Which kind a node is shows in the first read after such a write; until
 * then each such write costs one.
 */
export class WrittenVersions {
  /** Undefined until a read has shown it. */
  #plain: boolean | undefined;

  /** Undefined where it cannot be told: another writer came between, or the read failed. The write is done all the same. */
  async tokenOf(answered: number, readBack: ReadBack): Promise<string | undefined> {
    const encoded = readBackVersion(answered);
    if (encoded === answered) return String(answered);
    const plain = this.#plain ?? (await this.#decide(answered, encoded, readBack));
    if (plain === undefined) return undefined;
    return String(plain ? answered : encoded);
  }

  async #decide(answered: number, encoded: number, readBack: ReadBack): Promise<boolean | undefined> {
    const read = await readBack().catch(() => undefined);
    if (read === answered || read === encoded) this.#plain = read === answered;
    return this.#plain;
  }
}
