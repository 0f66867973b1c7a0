import type { Answer } from '../answers/answer.js';
import type { BodySink } from './incoming-body.js';
import type { RequestHead } from './request-decoder.js';

/** What a request asks of the connection that it came on. */
export interface ExchangeConnection {
  readBody(sink: BodySink): void;
  answer(exchange: Exchange, answer: Answer, close: boolean): void;
}

/** One request and what is known about it by the time it is answered. */
export class Exchange {
  /** `performance.now()` when the pair was asked; undefined where it was not. */
  askedAt: number | undefined;
  requestId = '';
  finished = false;
  /** Bytes that stand in the budget: of the request's body, later of a large answer until the caller has read it. */
  heldBytes = 0;

  /** `startedAt`: `performance.now()` when its turn came. */
  constructor(
    readonly connection: ExchangeConnection,
    readonly head: RequestHead,
    readonly startedAt: number,
  ) {}

  get method(): string {
    return this.head.method;
  }

  /** Whether it has a body, by its headers. */
  get hasBody(): boolean {
    const { framing } = this.head.fields;
    return framing !== 'none' && framing !== 0;
  }

  /** The length of its body as the headers tell it; 0 where they do not. */
  get declaredBytes(): number {
    const { framing } = this.head.fields;
    return typeof framing === 'number' ? framing : 0;
  }

  /** Reads its body; to be called while it is begun, or what came by then is lost. */
  readBody(sink: BodySink): void {
    this.connection.readBody(sink);
  }

  /** Whether its connection goes on after the answer, as far as the caller is concerned. */
  get keepsAlive(): boolean {
    const { isHttp10, fields } = this.head;
    if (fields.connection === '') return !isHttp10;
    return isHttp10 ? /\bkeep-alive\b/.test(fields.connection) : !/\bclose\b/.test(fields.connection);
  }
}
