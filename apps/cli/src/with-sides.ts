import type { CliContext } from './cli-context.js';
import { type OpenSides, openSides } from './open-sides.js';
import { resolveSides } from './resolve-sides.js';
import type { SideFlags } from './side-options.js';

/** Runs something with the two sides open, and closes them whatever happens. */
export async function withSides<T>(
  context: CliContext,
  flags: SideFlags,
  run: (sides: OpenSides) => Promise<T>,
): Promise<T> {
  const sides = await openSides(await resolveSides(flags, context.io.env));
  try {
    return await run(sides);
  } finally {
    await sides.close();
  }
}
