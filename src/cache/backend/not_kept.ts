const notKept: unknown = false;

/**
 * What a backend of the library answers to `set` where it leaves out a value that is larger than its bounds. It means
 * nothing to others, for whom `set` answers nothing; the guard around it reports what was not kept.
 */
export const NOT_KEPT = notKept as void;
