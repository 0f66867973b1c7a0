/** Of the digests that a job keeps and tells: fixed, so that they are the same from one run to the next. */
export const jobSeed = 0;
