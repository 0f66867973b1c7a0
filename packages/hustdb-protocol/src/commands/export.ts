import type { CommandDefinition } from '../command-definition.js';

/**
 * `GET /hustdb/export?tb=|file=[&start=][&end=][&offset=][&size=][&noval=][&cover=]`: has a node write a snapshot that
 * listings with `async=true` of the same table or file, range and `noval` list from. A node only; one at a time. Answers a
 * token for `task_status`; 404 where the snapshot is there and is not to be covered, 412 while another task waits.
 */
export interface ExportRequest {
  /** A table, or else `file`. */
  readonly table?: string;
  readonly file?: number;
  readonly start?: number;
  readonly end?: number;
  /** Records from here, `exportSize` of them; both 0 or absent: everything. */
  readonly exportOffset?: number;
  readonly exportSize?: number;
  /** Absent: true. */
  readonly noval?: boolean;
  /** Whether a snapshot that is there is replaced. */
  readonly cover?: boolean;
}

export const exportSnapshot: CommandDefinition<ExportRequest> = {
  name: 'export',
  reply: 'text',
  oneOf: ['table', 'file'],
  parameters: {
    table: 'optional',
    file: 'optional',
    start: 'optional',
    end: 'optional',
    exportOffset: 'optional',
    exportSize: 'optional',
    noval: 'optional',
    cover: 'optional',
  },
  node: { path: '/hustdb/export', methods: ['GET'] },
};
