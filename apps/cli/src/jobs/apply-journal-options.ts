import type { JournalOptions } from '@kvtwin/journal';

/**
 * A record holds the before-images of both sides in base64: two values of 64 MiB fit. All of an apply's together may
 * take 256 GiB: before-images are what an undo stands on, so nothing is dropped, and a full disk stops the apply.
 */
export const applyJournalOptions: JournalOptions = {
  maxRecordBytes: 256 * 1024 * 1024,
  maxTotalBytes: 256 * 1024 * 1024 * 1024,
};
