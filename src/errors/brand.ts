/** What every error of this library bears, whichever copy of it made the error. */
export const BRAND: unique symbol = Symbol.for("@opero/core/error");
