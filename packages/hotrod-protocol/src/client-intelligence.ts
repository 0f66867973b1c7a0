/** What a client makes of topology: the server sends it accordingly. Any other byte means BASIC. */
export const ClientIntelligence = {
  /** No topology is sent. */
  BASIC: 1,
  /** The server list. */
  TOPOLOGY_AWARE: 2,
  /** The server list and the owners of each segment. */
  HASH_DISTRIBUTION_AWARE: 3,
} as const;

/** One of {@link ClientIntelligence}. */
export type ClientIntelligence = (typeof ClientIntelligence)[keyof typeof ClientIntelligence];
