import { BACKEND_FORMS } from '@kvtwin/proxy';
import { ExitCode } from '../command-line/exit-code.js';
import { withoutCredentials } from '../sides/without-credentials.js';
import { type Check, fail, note, reasonOf } from './check.js';
import { hotRodChecks } from './hot-rod-checks.js';
import { hustDbHaChecks, hustDbNodeChecks } from './hustdb-checks.js';
import { within } from './network-checks.js';
import type { SideFacts, SideReport } from './side-report.js';

/** Steps that one side may take one after the other, each with its own limit. */
const mostSteps = 8;

/** Looks at one side. Never rejects: what goes wrong is a check that failed. */
export async function examineSide(
  { url, name }: { readonly url: string; readonly name: string },
  timeoutMs: number,
  nowMs: number,
): Promise<SideReport> {
  const shown = withoutCredentials(url);
  try {
    const found = await within(checksOf(url, timeoutMs, nowMs), timeoutMs * mostSteps);
    return { name, url: shown, ...found };
  } catch (error) {
    const failed = fail('url', reasonOf(error), 'correct the URL, or the profile', ExitCode.usage);
    return { name, url: shown, checks: [failed], facts: {} };
  }
}

async function checksOf(
  url: string,
  timeoutMs: number,
  nowMs: number,
): Promise<{ readonly checks: readonly Check[]; readonly facts: SideFacts }> {
  switch (/^[a-z][a-z0-9+]*:/i.exec(url)?.[0].toLowerCase()) {
    case 'hotrod:':
    case 'hotrods:':
      return hotRodChecks(url, timeoutMs, nowMs);
    case 'hustdb:':
      return hustDbNodeChecks(url, timeoutMs);
    case 'hustdb+ha:':
      return hustDbHaChecks(url, timeoutMs);
    case 'memory:':
      return { checks: [note('memory', 'embedded: gone when the process ends')], facts: {} };
    default: {
      const text = `unknown kind of side: ${withoutCredentials(url)}`;
      return {
        checks: [fail('url', text, `known are ${BACKEND_FORMS.join(', ')}`, ExitCode.usage)],
        facts: {},
      };
    }
  }
}
