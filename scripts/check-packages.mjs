// Packs every public package as npm would publish it and checks the tarball: publint, are-the-types-wrong, and that
// whatever its exports name is in it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'kvtwin-pack-'));
let failed = 0;
try {
  for (const group of ['packages', 'apps']) {
    for (const folder of readdirSync(join(root, group))) {
      const directory = join(root, group, folder);
      const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
      if (manifest.private) continue;
      failed += check(directory, manifest) ? 0 : 1;
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (failed > 0) {
  console.error(`${failed} package(s) failed`);
  process.exitCode = 1;
}

function check(directory, manifest) {
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], directory),
  );
  const tarball = join(scratch, packed.filename);
  const files = new Set(packed.files.map((file) => `./${file.path}`));
  const problems = [];
  for (const target of targets(manifest.exports)) {
    if (!target.includes('*') && !files.has(target))
      problems.push(`exports name ${target}, which is not packed`);
  }
  for (const target of Object.values(manifest.bin ?? {})) {
    if (!files.has(target)) problems.push(`bin names ${target}, which is not packed`);
  }
  if (!files.has('./README.md')) problems.push('no README.md');
  if (!files.has('./LICENSE')) problems.push('no LICENSE');
  if ([...files].some((file) => /\.(test|bench)\./.test(file))) problems.push('tests are packed');
  attempt(problems, 'publint', ['--strict', tarball]);
  if (manifest.exports?.['.']) attempt(problems, 'attw', [tarball, '--no-emoji', '--no-color']);
  console.log(
    `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${manifest.name} ${packed.files.length} files, ${packed.size} bytes`,
  );
  for (const problem of problems) console.error(`     ${problem}`);
  return problems.length === 0;
}

function targets(value) {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(targets);
}

function attempt(problems, tool, args) {
  try {
    run(join(root, 'node_modules', '.bin', tool), args, root);
  } catch (error) {
    problems.push(`${tool}: ${error.stdout ?? ''}${error.stderr ?? error.message}`);
  }
}

function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
