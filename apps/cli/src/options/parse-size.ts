import { InvalidArgumentError } from 'commander';

const unitBytes: Record<string, number> = { '': 1, B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `4096`, `64KiB`, `80MiB`, `1GiB` as bytes, 1 or more and less than 2 GiB. */
export function parseSizeBytes(text: string): number {
  const match = /^(\d{1,10})(B|KiB|MiB|GiB)?$/.exec(text);
  const bytes = match === null ? 0 : Number(match[1]) * unitBytes[match[2] ?? '']!;
  if (!(bytes >= 1 && bytes < 2 ** 31)) {
    throw new InvalidArgumentError('Give a size such as 4096, 64KiB or 80MiB, less than 2 GiB.');
  }
  return bytes;
}
