/** The command was not understood, or cannot begin: its text names the flag, the file or the line. */
export class UsageError extends Error {
  static {
    Object.defineProperty(this.prototype, "name", { value: "UsageError" });
  }
}
