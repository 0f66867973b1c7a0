import { constants, publicEncrypt, randomInt } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { ProxyError } from '../proxy-error.js';

/** Ids that may be out at a time, and how long each is good for: HustDB HA's `identifier_cache_size` and `_timeout`. */
const MAX_IDS = 128;
const ID_LIFE_MS = 10_000;

/** Codes of `ErrorCode` in HustDB HA's answers. */
const ERROR_CODES = { write: 2, table: 3, rename: 4 } as const;

/** What `/set_table` answers; `errorCode` stands in a 400 that is about the table, not about the id. */
export interface UploadAnswer {
  readonly status: 200 | 400 | 404 | 405;
  readonly body?: Uint8Array;
  readonly errorCode?: number;
}

/** How a {@link TableUpload} is made. */
export interface TableUploadOptions {
  /** The table file. */
  readonly path: string;
  /** PEM of the RSA public key that ids are encrypted with; who has the private one may set the table. */
  readonly publicKey: string | undefined;
  /** Serves the table; throws a ProxyError for one that is none, and has changed nothing then. */
  readonly load: (text: string) => Promise<void>;
  /** Default: the machine's. */
  readonly nowMs?: () => number;
}

/**
 * Replaces the table over HTTP, in HustDB HA's two steps: the caller asks for an id, which comes encrypted, decrypts it, and sends
 * the table under it. An id is good for one attempt within ten seconds.
 *
 * ```
 *   > /set_table                          < 200  256 bytes: RSA PKCS#1 of a decimal number
 *   > POST /set_table?id=NUMBER  table    < 200
 * ```
 */
export class TableUpload {
  readonly #options: TableUploadOptions;
  /** When each id's time is over. */
  readonly #ids = new Map<string, number>();
  #busy = false;

  constructor(options: TableUploadOptions) {
    this.#options = options;
  }

  /** The first step: 405 without a key, 404 while too many ids are out. */
  challenge(): UploadAnswer {
    const { publicKey } = this.#options;
    if (publicKey === undefined) return { status: 405 };
    const nowMs = this.#nowMs();
    for (const [id, untilMs] of this.#ids) if (untilMs <= nowMs) this.#ids.delete(id);
    if (this.#ids.size >= MAX_IDS) return { status: 404 };
    const id = `${randomInt(1, 2 ** 47)}`;
    this.#ids.set(id, nowMs + ID_LIFE_MS);
    const key = { key: publicKey, padding: constants.RSA_PKCS1_PADDING };
    return { status: 200, body: publicEncrypt(key, Buffer.from(id)) };
  }

  /** The second step: the file is replaced, and served, or nothing has changed. */
  async submit(id: string, table: Uint8Array): Promise<UploadAnswer> {
    const untilMs = this.#ids.get(id);
    this.#ids.delete(id);
    if (untilMs === undefined || untilMs <= this.#nowMs() || table.length === 0 || this.#busy) {
      return { status: 400 };
    }
    this.#busy = true;
    try {
      return await this.#replace(table);
    } finally {
      this.#busy = false;
    }
  }

  async #replace(table: Uint8Array): Promise<UploadAnswer> {
    const { path, load } = this.#options;
    const text = Buffer.from(table).toString('utf8');
    try {
      await writeFile(`${path}.tmp`, table);
    } catch {
      return { status: 400, errorCode: ERROR_CODES.write };
    }
    try {
      await load(text);
    } catch (error) {
      if (!ProxyError.is(error)) throw error;
      return { status: 400, errorCode: ERROR_CODES.table };
    }
    try {
      await rename(`${path}.tmp`, path);
    } catch {
      // It is served all the same; after a restart the old file would be.
      return { status: 400, errorCode: ERROR_CODES.rename };
    }
    return { status: 200 };
  }

  #nowMs(): number {
    return this.#options.nowMs?.() ?? performance.now();
  }
}
