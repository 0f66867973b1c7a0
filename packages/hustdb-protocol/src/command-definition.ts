import type { ParameterName, ParameterTypes } from './parameters.js';

/**
 * What a command answers:
 * - `exists`: a version. `value`: a version and a value. `pair`: what both masters say (HA only).
 * - `write`: the version written or deleted. `increment`: the version and the sum.
 * - `listing`: entries of a table or file. `text`: a number or JSON about the node.
 * - `cache-read`, `cache-write`: the cache's, without versions. `binlog`: a status alone.
 * - `set-table`: a challenge, or how another table was taken (HA only).
 */
export type ReplyKind =
  | 'exists'
  | 'value'
  | 'pair'
  | 'write'
  | 'increment'
  | 'listing'
  | 'text'
  | 'cache-read'
  | 'cache-write'
  | 'binlog'
  | 'set-table';

/**
 * How the bytes of a member are found, in the body or as `key` in the query:
 * - `raw` (sets): as they are. The HA wants them in the body.
 * - `decoded-unless-post` (sorted sets): percent-decoded like a key, unless the request comes by POST. The HA asks its
 *   nodes by GET, so there they are always decoded, and end at a `?`.
 * - `query-first` (binlog): decoded from the query, or else the body as it is.
 */
export type MemberText = 'raw' | 'decoded-unless-post' | 'query-first';

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
  /** Whether another method than POST is answered 405. Default false: the method does not matter. */
  readonly postOnly?: boolean;
  /** Whether it is answered without credentials. Default false. */
  readonly open?: boolean;
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
  /** Stands where there is a `member`. */
  readonly memberText?: MemberText;
  /** Whether it belongs to the cache, whose `tb` may be anything at a node and whose values are shorter. */
  readonly cache?: boolean;
  /** Whether a listing's values are scores, which stand there as plain text. */
  readonly scores?: boolean;
  /** In the order in which they are written into a query. */
  readonly parameters: { readonly [P in keyof Request & ParameterName]-?: Presence };
  /** Optional parameters of which one must be there all the same. */
  readonly oneOf?: readonly ParameterName[];
  readonly ha?: HaSide;
  readonly node?: NodeSide;
}

/** A request in which every parameter may stand; what parsing makes before the command narrows it. */
export type AnyRequest = { readonly [P in ParameterName]?: ParameterTypes[P] };
