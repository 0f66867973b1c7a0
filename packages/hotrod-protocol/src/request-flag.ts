/** Bits of the request header's flags. Bits without a name are kept and ignored. */
export const RequestFlag = {
  /** Writes answer with the value that was there before. */
  FORCE_RETURN_PREVIOUS_VALUE: 0x01,
  /** Before 2.2: a lifespan of 0 or less is the cache's default instead of infinite. */
  DEFAULT_LIFESPAN: 0x02,
  /** Before 2.2: the same for max idle. */
  DEFAULT_MAX_IDLE: 0x04,
  SKIP_CACHE_LOAD: 0x08,
  SKIP_INDEXING: 0x10,
  SKIP_LISTENER_NOTIFICATION: 0x20,
} as const;

/** One of {@link RequestFlag}. */
export type RequestFlag = (typeof RequestFlag)[keyof typeof RequestFlag];
