// The lockfile must install on every platform: each optional (platform) package that a locked package names has an
// entry of its own, and no download address is recorded.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const problems = [];
const held = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
for (const [path, entry] of Object.entries(packages)) {
  if (typeof entry.resolved === 'string' && /^https?:/.test(entry.resolved)) {
    problems.push(`${path} records the download address ${entry.resolved}`);
  }
  for (const optional of Object.keys(entry.optionalDependencies ?? {})) {
    if (!held.has(optional)) problems.push(`${path} names ${optional}, which the lockfile lacks`);
  }
}
for (const problem of problems) console.error(`package-lock.json: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
else
  console.log(`package-lock.json: ${Object.keys(packages).length} entries, every platform's packages held`);
