/** What `fromKeyv` needs of a `Keyv`. */
export interface KeyvLike {
  /**
   * The value under a key, or `undefined`.
   *
   * @param key The key.
   * @returns The value, or `undefined`.
   */
  get(key: string): Promise<unknown>;
  /**
   * Keeps a value for `ttl` milliseconds, 0 for no expiry; `false` means that it failed.
   *
   * @param key The key.
   * @param value The value.
   * @param ttl How long it is kept, in milliseconds.
   * @returns `false` where it failed.
   */
  set(key: string, value: string, ttl?: number): Promise<unknown>;
  /**
   * Removes a value; returns whether there was one.
   *
   * @param key The key.
   * @returns `true` where there was one.
   */
  delete(key: string): Promise<boolean>;
  /**
   * Goes through keys and values; not every store can.
   *
   * @param namespace The namespace.
   * @returns Pairs of a key and its value.
   */
  // deno-lint-ignore no-explicit-any -- versions differ in the type of an argument that none of them needs
  iterator?(namespace?: any): AsyncIterable<unknown>;
}
