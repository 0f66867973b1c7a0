import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hotRodExchanges } from '@kvtwin/testkit';
import { expect, test } from 'vitest';
import {
  type OperationDefinition,
  type Outcome,
  operationOfOpcode,
  operations,
  RequestDecoder,
  statusOfOutcome,
} from './index.js';

const all = Object.entries(operations) as [string, OperationDefinition][];

test('each operation stands under its own name', () => {
  for (const [name, operation] of all) {
    expect(operation.name).toBe(name);
    expect(operationOfOpcode(operation.requestOpcode)).toBe(operation);
  }
});

/** The replies that do not have the opcode of the request plus one. */
function replyOpcodeOf(name: string, requestOpcode: number): number {
  const others: Record<string, number> = { counterIsDefined: 0x51, counterGetAndSet: 0x80 };
  return others[name] ?? (requestOpcode >= 0xe4 ? requestOpcode - 1 : requestOpcode + 1);
}

test('opcodes are used once, and a reply answers with the request’s plus one, but for a few', () => {
  expect(new Set(all.map(([, { requestOpcode }]) => requestOpcode)).size).toBe(all.length);
  for (const [name, { requestOpcode, replyOpcode }] of all) {
    expect(replyOpcode, name).toBe(replyOpcodeOf(name, requestOpcode));
  }
});

test('each operation was recorded from a real server', () => {
  const recorded = new Set<string>();
  for (const { request, response } of hotRodExchanges()) {
    if (request.length > 0 && response.length > 0) {
      const decoder = new RequestDecoder();
      decoder.push(request);
      try {
        recorded.add(decoder.next()?.operation.name ?? '');
      } catch {
        // Malformed rows have a test of their own.
      }
    }
  }
  expect(all.map(([name]) => name).filter((name) => !recorded.has(name))).toEqual([]);
});

const coverageFile = fileURLToPath(new URL('../../../docs/hotrod/coverage.md', import.meta.url));

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}

function coverage(): string {
  const rows = all.map(([name, each]) => {
    const yes = [each.readOnly ? 'read-only' : '', each.idempotent ? 'idempotent' : ''].filter(Boolean);
    return `| ${name} | ${hex(each.requestOpcode)} | ${hex(each.replyOpcode)} | ${each.since} | ${each.routing} | ${yes.join(', ')} | ${each.summary} |`;
  });
  const layouts = all.map(([name, each]) => {
    const replies = Object.entries(each.replies).map(
      ([outcome, body]) =>
        `${hex(statusOfOutcome(outcome as Outcome, 41, false))} ${outcome}: ${layout((body as { layout: string }).layout)}`,
    );
    return `## ${name}\n\n\`\`\`\nrequest: ${layout(each.request.layout)}\n${replies.join('\n')}\n\`\`\`\n`;
  });
  return `# Operations

Written from the definitions in \`packages/hotrod-protocol/src/operations\`; to write it again, run the package's tests
with \`UPDATE_DOCS=1\`. All are encoded and decoded in both directions, in 2.0 to 4.1. "From" is the first version that
documents the operation: an encoder refuses it before (\`HOTROD_UNSUPPORTED\`), a decoder takes it in any version.

| operation | request | reply | from | routed by | | |
|---|---|---|---|---|---|---|
${rows.join('\n')}

Events: created 0x60, modified 0x61, removed 0x62, expired 0x63, of counters 0x66. Errors: 0x50, or any status from 0x80 on.

${layouts.join('\n')}`;
}

function layout(text: string): string {
  return text === '{  }' ? '(no body)' : text;
}

test('docs/hotrod/coverage.md lists every operation as it is defined', () => {
  if (process.env.UPDATE_DOCS === '1') {
    writeFileSync(coverageFile, coverage());
  }
  expect(readFileSync(coverageFile, 'utf8')).toBe(coverage());
});
