import type { CommandDefinition } from '../command-definition.js';

/** `GET /hustdb/file_count`: how many files (shards) a node has, as a decimal number. */
export interface FileCountRequest {
  /** At the HA: the node to ask. */
  readonly peer?: number;
}

export const fileCount: CommandDefinition<FileCountRequest> = {
  name: 'file_count',
  reply: 'text',
  parameters: { peer: 'optional' },
  ha: { path: '/file_count', readsBody: false, checks: ['peer'], checksTableName: false, refusal: 'closes' },
  node: { path: '/hustdb/file_count', methods: ['GET'] },
};
