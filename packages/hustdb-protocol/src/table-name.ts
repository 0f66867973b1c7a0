const TABLE_NAME = /^[0-9A-Za-z_:.]{1,64}$/;

/** Whether HustDB takes `name` as a table: 1 to 64 characters of `[0-9A-Za-z_:.]`. It is never percent-decoded. */
export function isTableName(name: string): boolean {
  return TABLE_NAME.test(name);
}
