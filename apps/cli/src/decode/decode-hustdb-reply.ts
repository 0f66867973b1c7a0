import {
  HustDbProtocolError,
  isPairEndpoint,
  PAIR_ENDPOINTS,
  type PairEndpoint,
  pairReadToJson,
  parseRawPairReply,
} from '@kvtwin/hustdb-protocol';
import type { CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { readInput } from '../options/read-input.js';
import { writeJson } from '../output/output.js';

/** What the flags of `decode --hustdb` say. */
export interface HustDbReplySource {
  /** `/hget2`, or `hget2`. */
  readonly endpoint: string;
  /** The reply is one to HEAD: it has no body, whatever its Content-Length says. */
  readonly head: boolean;
  /** `-`: stdin. */
  readonly file: string;
}

/** Reads the raw bytes of an HTTP reply of HustDB HA and prints what they say; what they do not say is exit code 3. */
export async function decodeHustDbReply({ io }: CliContext, source: HustDbReplySource): Promise<ExitCode> {
  const endpoint = endpointOf(source.endpoint);
  const bytes = await readInput(source.file, io);
  try {
    await writeJson(io.stdout, pairReadToJson(parseRawPairReply(endpoint, bytes, { head: source.head })));
    return ExitCode.ok;
  } catch (error) {
    if (!HustDbProtocolError.is(error)) throw error;
    const { code, message, status, header, value } = error;
    await writeJson(io.stdout, { error: { code, message, status, header, value } });
    throw new CliError(`${message} (${code})`, { exitCode: ExitCode.partial, cause: error });
  }
}

function endpointOf(text: string): PairEndpoint {
  const endpoint = text.startsWith('/') ? text : `/${text}`;
  if (isPairEndpoint(endpoint)) return endpoint;
  throw new CliError(`${text} is no pair read of HustDB HA`, { hint: `one of ${PAIR_ENDPOINTS.join(' ')}` });
}
