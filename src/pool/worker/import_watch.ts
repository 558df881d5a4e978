import { type AsyncContext, createAsyncContext } from "../../runtime/async_context.ts";

/** Distinguishes in a worker what runs because a module is imported from what runs for an item. */
export class ImportWatch {
  #count = 0;
  #context: AsyncContext<boolean> | undefined = undefined;

  /** Runs `load`, which imports a module. */
  async during<Result>(load: () => Result | Promise<Result>): Promise<Result> {
    this.#count++;
    this.#context ??= createAsyncContext();
    try {
      return await (this.#context === undefined ? load() : this.#context.run(true, load));
    } finally {
      this.#count--;
    }
  }

  /**
   * Whether the next caller is a module that is being imported, or what it left to run behind it; the latter is known
   * where modules are run in the context of their import, as on Deno and Node.
   */
  get isImporting(): boolean {
    return this.#count > 0 || this.#context?.getStore() === true;
  }
}
