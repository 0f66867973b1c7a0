import type { CliContext } from '../command-line/cli-context.js';
import type { SideFlags } from '../options/side-options.js';
import { type OpenSides, openSides } from './open-sides.js';
import { resolveSides } from './resolve-sides.js';

/**
 * Runs something with the two sides open, and closes them whatever happens. Where the context holds open sides and the
 * flags name none, those are used, and stay open.
 */
export async function withSides<T>(
  context: CliContext,
  flags: SideFlags,
  run: (sides: OpenSides) => Promise<T>,
): Promise<T> {
  if (context.sides !== undefined && !namesSides(flags)) return run(context.sides);
  const sides = await openSides(await resolveSides(flags, context.io.env));
  try {
    return await run(sides);
  } finally {
    await sides.close();
  }
}

function namesSides({ first, second, pair, profile, cache, versions }: SideFlags): boolean {
  return [first, second, pair, profile, cache, versions].some((flag) => flag !== undefined);
}
