import type { ParameterName, ParameterTypes } from './parameters.js';

/**
 * What a command answers:
 * - `exists`: a version. `value`: a version and a value. `pair`: what both masters say (HA only).
 * - `write`: the version written or deleted. `increment`: the version and the sum.
 * - `listing`: entries of a table or file. `text`: a number or JSON about the node.
 */
export type ReplyKind = 'exists' | 'value' | 'pair' | 'write' | 'increment' | 'listing' | 'text';

/** What the HA does with a request whose parameters it does not like. */
export type HaRefusal = 'closes' | 'not-found';

/** A command at the HA. */
export interface HaSide {
  readonly path: string;
  /** Whether the HA reads a body; one sent to a command that does not makes it hang. */
  readonly readsBody: boolean;
  /** Parameters that it looks for before it asks a node. */
  readonly checks: readonly ParameterName[];
  /** Whether it looks at the characters of `tb` too. */
  readonly checksTableName: boolean;
  readonly refusal: HaRefusal;
}

/** A command at a storage node. Another method is answered 405. */
export interface NodeSide {
  readonly path: string;
  readonly methods: readonly ('GET' | 'POST')[];
}

/** Whether a parameter must be there. */
export type Presence = 'required' | 'optional';

/** One HustDB command, defined once: both sides' encoders, parsers and formatters read this value. */
export interface CommandDefinition<Request> {
  readonly name: string;
  readonly reply: ReplyKind;
  /** In the order in which they are written into a query. */
  readonly parameters: { readonly [P in keyof Request & ParameterName]-?: Presence };
  readonly ha?: HaSide;
  readonly node?: NodeSide;
}

/** A request in which every parameter may stand; what parsing makes before the command narrows it. */
export type AnyRequest = { readonly [P in ParameterName]?: ParameterTypes[P] };
