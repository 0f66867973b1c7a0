import type { RequestHeaderInput } from '@kvtwin/hotrod-protocol';

/** What a header says beside its target. */
export type HeaderDetails = Required<
  Pick<RequestHeaderInput, 'flags' | 'version' | 'intelligence' | 'topologyId'>
>;
