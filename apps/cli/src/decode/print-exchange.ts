import type { CliContext } from '../cli-context.js';
import { ExitCode } from '../exit-code.js';
import { colorsFor, writeJson, writeLine } from '../output.js';
import { decodeRequests, decodeResponses, reencodes } from './decode-exchange.js';
import { requestToJson, responseToJson } from './exchange-to-json.js';
import { requestHeadline, responseHeadline, viewMessages } from './view-exchange.js';

/** Prints a request and, where there is one, its response; 3 where either was not decoded to its end. */
export async function printExchange(
  { io }: CliContext,
  requestBytes: Uint8Array,
  responseBytes: Uint8Array | undefined,
  json: boolean,
): Promise<ExitCode> {
  const requests = decodeRequests(requestBytes);
  const request = requests.messages[0]?.message;
  const responses =
    request === undefined || responseBytes === undefined
      ? undefined
      : decodeResponses(responseBytes, request);
  const messages = responses?.messages.map(({ message }) => message) ?? [];
  const ok = request !== undefined && requests.failure === undefined && responses?.failure === undefined;
  if (json) {
    await writeJson(io.stdout, {
      ok,
      requests: requests.messages.map(({ message }) => requestToJson(message)),
      responses: messages.map(responseToJson),
      ...(ok && responseBytes !== undefined && requests.messages.length === 1
        ? { reencodes: reencodes(request, requestBytes, messages, responseBytes) }
        : {}),
      ...errorsOf(requests.failure, responses?.failure),
    });
  } else {
    const colors = colorsFor(io.stdout, io.env);
    const lines = [
      ...viewMessages(requestBytes, requests, requestHeadline, colors),
      ...(responses === undefined ? [] : viewMessages(responseBytes!, responses, responseHeadline, colors)),
    ];
    for (const line of lines) await writeLine(io.stdout, line);
    if (request === undefined && responseBytes !== undefined) {
      await writeLine(io.stderr, 'the response was left alone: what it answers is not known');
    }
  }
  return ok ? ExitCode.ok : ExitCode.partial;
}

function errorsOf(request: unknown, response: unknown): { errors?: unknown } {
  return request === undefined && response === undefined ? {} : { errors: { request, response } };
}
