/**
 * A module of the library's own that is loaded when it is first used, so that it is loaded only where it is needed.
 * The specifier stands as a literal in the `import()` of its caller, where bundlers find it.
 */
export class LazyModule<Module> {
  readonly #import: () => Promise<Module>;
  #loading: Promise<Module> | undefined = undefined;
  #loaded: Module | undefined = undefined;

  /** A module that `load` imports; nothing is loaded yet. */
  constructor(load: () => Promise<Module>) {
    this.#import = load;
  }

  /** The module once it is there: what needs it then continues without waiting. */
  get loaded(): Module | undefined {
    return this.#loaded;
  }

  /**
   * Loads the module, once for all who ask. Who asks first continues first. A load that failed is tried again by the next.
   *
   * @returns The module.
   * @throws {unknown} What the runtime throws where a file of the library cannot be read.
   */
  load(): Promise<Module> {
    if (this.#loading === undefined) {
      this.#loading = this.#loadNow();
      // The caller may no longer be there to receive it.
      this.#loading.catch(() => {});
    }
    return this.#loading;
  }

  async #loadNow(): Promise<Module> {
    try {
      return this.#loaded = await this.#import();
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }
}
