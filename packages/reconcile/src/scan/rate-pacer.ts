import type { Clock } from '@kvtwin/versioned-value';

/** Spreads work so that no more than so many units pass per second. */
export class RatePacer {
  #nextMs = 0;

  /** `perSecond`: units per second; `undefined` lets everything pass at once. */
  constructor(
    private readonly perSecond: number | undefined,
    private readonly clock: Clock,
  ) {}

  /** Waits for the turn of work that was announced before, and announces `units` more. */
  async take(units: number, signal: AbortSignal): Promise<void> {
    if (this.perSecond === undefined || units === 0) return;
    const nowMs = this.clock.nowMs();
    const turnMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = turnMs + (units / this.perSecond) * 1000;
    if (turnMs > nowMs) await this.clock.sleep(turnMs - nowMs, signal);
  }
}
