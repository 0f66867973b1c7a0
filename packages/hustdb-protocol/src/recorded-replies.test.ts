import { hustDbRecordings, hustDbScenarios } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { formatHaCacheWrite, parseHaCacheWrite } from './cache-reply.js';
import type { CommandDefinition } from './command-definition.js';
import { COMMANDS, type CommandName } from './commands/commands.js';
import { formatHaListing, parseHaListing } from './ha-listing.js';
import { formatHaRead, formatHaWrite, parseHaRead, parseHaWrite } from './ha-reply.js';
import { findHaCommand, parseHaRequest } from './ha-request.js';
import { formatHaText, parseHaText } from './ha-text.js';
import type { HttpReply, HttpReplyInput } from './http-message.js';
import { bytesToLatin1 } from './latin1.js';
import { parseRawHttpReply } from './raw-http-reply.js';
import { formatSetTable, parseSetTable } from './set-table-reply.js';

/** Reads a reply by the kind of its command, and formats what was read. */
function again(definition: CommandDefinition<object>, reply: HttpReplyInput): HttpReply {
  const { reply: kind, scores } = definition;
  switch (kind) {
    case 'listing':
      return formatHaListing(parseHaListing(reply, { scores }), { scores });
    case 'set-table':
      return formatSetTable(parseSetTable(reply));
    case 'text':
      return formatHaText(parseHaText(reply));
    case 'cache-write':
      return formatHaCacheWrite(parseHaCacheWrite(reply));
    case 'write':
    case 'increment':
      return formatHaWrite(parseHaWrite(reply), { increment: kind === 'increment' });
    default:
      return formatHaRead(parseHaRead(reply));
  }
}

/** Of scripted masters, of a build with the health check, and with a stray reply behind. */
const ELSEWHERE = /^(fake-|chk-|smuggle)/;

const recordings = hustDbRecordings().flatMap((recording) => {
  if (!recording.target.startsWith('ha:') || ELSEWHERE.test(recording.name)) return [];
  if (recording.status !== 200 && recording.status !== 404) return [];
  if (recording.responseInfo.truncatedBodyTo !== undefined) return [];
  const path = findHaCommand(recording.endpoint);
  if (path.kind !== 'command' || COMMANDS[path.command].reply === 'pair') return [];
  // A file of HTML that nginx serves.
  if (path.command === 'status') return [];
  const text = bytesToLatin1(recording.readRequest());
  const [method = '', target = ''] = text.split(' ', 2);
  const bodyAt = text.indexOf('\r\n\r\n') + 4;
  const body = recording.readRequest().subarray(bodyAt);
  const parsed = parseHaRequest(path.command, { method, target, body });
  if (method === 'HEAD' || parsed.kind === 'refused' || /accept-encoding: deflate/i.test(text)) return [];
  return [[recording.name, path.command, recording] as const];
});

describe('recorded replies of a real HA', () => {
  it('cover its commands', () => {
    expect(recordings.length).toBeGreaterThan(250);
    expect(new Set(recordings.map(([, command]) => command)).size).toBeGreaterThan(35);
  });

  it.each(recordings)('%s: %s is formatted as it was read', (_name, command, recording) => {
    const reply = parseRawHttpReply(recording.readResponse());
    const formatted = again(COMMANDS[command] as CommandDefinition<object>, reply);
    const own = reply.headers.filter(([name]) => !['Server', 'Date', 'Connection'].includes(name));
    expect(formatted.status).toBe(recording.status);
    expect(formatted.headers).toEqual(own);
    expect(Buffer.from(formatted.body).equals(reply.body)).toBe(true);
  });
});

/** Commands of a node that no recording has, and why. */
const NOT_RECORDED: Readonly<Record<string, string>> = {
  export: 'writes files at the node and is not reachable through the HA; its layout is that of the source',
  info: 'diagnostic counters whose names and number differ from release to release',
  task_info: 'tells of exports only',
  task_status: 'tells of exports only',
  binlog: 'sent by the HA to its nodes; nothing but a status',
};

describe('every command', () => {
  const asked = hustDbRecordings().map(({ endpoint }) => endpoint.split('?')[0]!);
  const scenarios = hustDbScenarios().flatMap(({ steps }) =>
    steps.flatMap(({ request }) => (request === undefined ? [] : [request.path.split('?')[0]!])),
  );
  const recorded = new Set([...asked, ...scenarios]);

  it.each(Object.keys(COMMANDS) as CommandName[])('%s is recorded, or it is said why not', (name) => {
    const { ha, node }: CommandDefinition<object> = COMMANDS[name];
    const isRecorded = [ha?.path, node?.path].some((path) => path !== undefined && recorded.has(path));
    expect([name, isRecorded]).toEqual([name, NOT_RECORDED[name] === undefined]);
  });
});
