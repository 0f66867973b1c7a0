import type { DecodedExchange } from './decode-exchange.js';
import { type Json, jsonView } from './json-view.js';
import type { RequestMessage } from './request-decoder.js';
import type { ResponseMessage } from './response-message.js';
import { describeStatus } from './status.js';

/** One line of `kvtwin decode --ndjson`, without the row's name. */
export type ExchangeView =
  | { readonly skipped: string }
  | { readonly ok: false; readonly error: { code: string; side: string; message: string }; request?: Json }
  | {
      readonly ok: true;
      readonly request: Json;
      readonly response: Json;
      /** Events before and behind the response, in order. */
      readonly events?: Json[];
      /** Errors behind the response that belong to no request: the server's view of what was left of a bad one. */
      readonly strayErrors?: Json[];
      readonly reencodes: boolean;
    };

/** A decoded exchange as JSON can say it; see `jsonView()` for bytes and big numbers. */
export function exchangeView(exchange: DecodedExchange): ExchangeView {
  if (exchange.outcome === 'skipped') {
    return { skipped: `${exchange.reason}: ${exchange.detail}` };
  }
  if (exchange.outcome === 'failed') {
    const { side, error, request } = exchange;
    return {
      ok: false,
      error: { code: error.code, side, message: error.message },
      ...(request === undefined ? {} : { request: requestView(request.message) }),
    };
  }
  const others = exchange.messages.map(({ message }) => message).filter((each) => each !== exchange.answer);
  const events = others.filter(isEvent);
  const errors = others.filter((each) => !isEvent(each));
  return {
    ok: true,
    request: requestView(exchange.request.message),
    response: responseView(exchange.answer),
    ...(events.length === 0 ? {} : { events: events.map(responseView) }),
    ...(errors.length === 0 ? {} : { strayErrors: errors.map(responseView) }),
    reencodes: exchange.reencodes,
  };
}

function isEvent({ kind }: ResponseMessage): boolean {
  return kind === 'event' || kind === 'counter-event';
}

/** `{ operation, header, body }` */
export function requestView({ operation, header, request }: RequestMessage): Json {
  return { operation: operation.name, header: jsonView(header), body: jsonView(request) };
}

/** `{ kind, messageId, … }` with the reply's, the error's or the event's own fields. */
export function responseView(message: ResponseMessage): Json {
  const { kind } = message;
  const messageId = jsonView(message.messageId);
  switch (message.kind) {
    case 'event':
    case 'counter-event':
      return { kind, event: jsonView(message.event) };
    case 'error':
      return {
        kind,
        messageId,
        opcode: message.opcode,
        status: describeStatus(message.status),
        message: message.message,
      };
    case 'reply': {
      const { outcome, ...body } = message.reply;
      return {
        kind,
        messageId,
        operation: message.operation.name,
        status: describeStatus(message.status),
        ...(message.topology === undefined ? {} : { topology: jsonView(message.topology) }),
        reply: jsonView({ outcome, ...body }),
      };
    }
  }
}
