import type { Certificate } from '@kvtwin/reconcile';
import type { CliIo } from '../command-line/cli-io.js';
import { ExitCode } from '../command-line/exit-code.js';
import { formatCount } from '../output/format-size.js';
import { writeLine } from '../output/output.js';

/** What a certificate says, in three lines. */
export async function writeCertificateLines(
  io: CliIo,
  certificate: Certificate,
  file: string,
): Promise<void> {
  const { addsUp, counts, digests } = certificate;
  const sum = (['copied', 'held', 'skipped', 'missing', 'different'] as const)
    .filter((name) => counts[name] > 0 || name === 'copied' || name === 'held' || name === 'skipped')
    .map((name) => `${formatCount(counts[name])} ${name}`)
    .join(' + ');
  await writeLine(
    io.stdout,
    `  verified   ${formatCount(counts.source)} source = ${sum}${addsUp ? '' : '   IT DOES NOT ADD UP'}`,
  );
  const same = digests.source === digests.target;
  await writeLine(
    io.stdout,
    `  digest     ${digests.source.slice(0, 16)}… ${same ? 'on both sides' : `≠ ${digests.target.slice(0, 16)}…`}`,
  );
  if (counts.extra > 0)
    await writeLine(io.stdout, `  extra      ${formatCount(counts.extra)} keys in the target only`);
  await writeLine(io.stdout, `  certificate ${file}  sha256 ${certificate.sha256.slice(0, 12)}…`);
}

/** 3 where something is missing or different. */
export function certificateExitCode({ addsUp, digests }: Certificate): ExitCode {
  return addsUp && digests.source === digests.target ? ExitCode.ok : ExitCode.partial;
}
