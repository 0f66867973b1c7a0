import { hexDump } from '@kvtwin/bytes';
import {
  type Annotated,
  annotatedDump,
  type DecodedExchange,
  decodeExchange,
  describeMessage,
  exchangeView,
  HotRodProtocolError,
  RequestDecoder,
  type RequestMessage,
  type ResponseMessage,
  requestView,
  SpanRecorder,
} from '@kvtwin/hotrod-protocol';
import type { CliContext } from '../command-line/cli-context.js';
import { ExitCode } from '../command-line/exit-code.js';
import { escapeControls } from '../output/key-text.js';
import { type Colors, colorsFor, writeJson, writeLine } from '../output/output.js';

/** Prints a request and, where there is one, its response; 3 where they were not decoded to their end. */
export async function printExchange(
  { io }: CliContext,
  request: Uint8Array,
  response: Uint8Array | undefined,
  json: boolean,
): Promise<ExitCode> {
  const exchange =
    response === undefined || response.length === 0
      ? requestAlone(request)
      : decodeExchange(request, response);
  if (json) await writeJson(io.stdout, viewOf(exchange));
  else {
    const lines = linesOf(exchange, request, response ?? new Uint8Array(0), colorsFor(io.stdout, io.env));
    for (const line of lines) await writeLine(io.stdout, line);
  }
  const decoded = exchange.outcome === 'decoded' || exchange.outcome === 'request-only';
  return decoded ? ExitCode.ok : ExitCode.partial;
}

type Shown =
  | DecodedExchange
  | { readonly outcome: 'request-only'; readonly request: Annotated<RequestMessage> };

/** A request without a response. What is wrong with one is told by decoding it with any response. */
function requestAlone(bytes: Uint8Array): Shown {
  const spans = new SpanRecorder();
  const limits = { maxArrayBytes: bytes.length, maxMessageBytes: bytes.length };
  const decoder = new RequestDecoder({ lenient: true, spans, limits });
  decoder.push(bytes);
  try {
    const message = decoder.next();
    if (message !== undefined && decoder.position === bytes.length) {
      return {
        outcome: 'request-only',
        request: { message, start: 0, end: bytes.length, spans: spans.take() },
      };
    }
  } catch (error) {
    if (!HotRodProtocolError.is(error)) throw error;
  }
  return decodeExchange(bytes, Uint8Array.of(0));
}

function viewOf(exchange: Shown): unknown {
  if (exchange.outcome !== 'request-only') return exchangeView(exchange);
  return { ok: true, request: requestView(exchange.request.message) };
}

function linesOf(exchange: Shown, request: Uint8Array, response: Uint8Array, colors: Colors): string[] {
  switch (exchange.outcome) {
    case 'skipped':
      return [colors.yellow(`not decoded: ${exchange.reason}, ${exchange.detail}`), hexDump(request)];
    case 'request-only':
      return messageLines(exchange.request, request, colors);
    case 'decoded':
      return [
        ...messageLines(exchange.request, request, colors),
        ...exchange.messages.flatMap((message) => messageLines(message, response, colors)),
      ];
    case 'failed': {
      const { side, error, messages } = exchange;
      const done = side === 'request' ? 0 : (messages.at(-1)?.end ?? 0);
      return [
        ...(exchange.request === undefined ? [] : messageLines(exchange.request, request, colors)),
        ...messages.flatMap((message) => messageLines(message, response, colors)),
        colors.red(`the ${side} was not decoded: ${escapeControls(error.message)} (${error.code})`),
        hexDump((side === 'request' ? request : response).subarray(done), { offset: done }),
      ];
    }
  }
}

function messageLines(
  { message, start, end, spans }: Annotated<RequestMessage | ResponseMessage>,
  bytes: Uint8Array,
  colors: Colors,
): string[] {
  const own = spans.map((span) => ({ ...span, start: span.start - start, end: span.end - start }));
  return [
    colors.bold(escapeControls(describeMessage(message))),
    annotatedDump(bytes.subarray(start, end), own),
  ];
}
