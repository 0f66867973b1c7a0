import { StoreError } from '@kvtwin/versioned-value';

/** Lets so many pieces of work run at a time; more wait for a place, in the order they came, or until they are given up. */
export class Places {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Rejects with `STORE_ABORTED` when `signal` fires before there is a place. */
  async run<R>(work: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    if (this.#taken < this.#limit) this.#taken++;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken--;
      else next();
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        const at = this.#waiting.indexOf(enter);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(new StoreError('given up before its turn had come', { code: 'STORE_ABORTED' }));
      };
      if (signal?.aborted === true) {
        giveUp();
        return;
      }
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(enter);
    });
  }
}
