import { bugCheck } from "./bug_check.ts";
import { isTransient } from "./is_transient.ts";

/** Whether no other attempt can fix an error, by all that is known of errors that pass. */
export const isBug: (error: unknown) => boolean = /* @__PURE__ */ bugCheck(isTransient);
