/** Words that make no command line. */
export class UsageError extends Error {}
