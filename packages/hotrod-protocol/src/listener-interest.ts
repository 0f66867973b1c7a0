/** What a listener wants to hear of, a bit set (from 2.6); 0 is everything. Hot Rod §addClientListener. */
export const ListenerInterest = {
  CREATED: 0x01,
  MODIFIED: 0x02,
  REMOVED: 0x04,
  EXPIRED: 0x08,
} as const;
