/** Which items bear a tag; a tag that none bears takes no memory. */
export class TaggedItems<Item extends { readonly tags: readonly string[] | undefined }> {
  readonly #items = new Map<string, Set<Item>>();

  /** Adds an item under each of its tags. */
  add(item: Item): void {
    for (const tag of item.tags ?? []) {
      const items = this.#items.get(tag);
      if (items === undefined) this.#items.set(tag, new Set([item]));
      else items.add(item);
    }
  }

  /** Removes an item. */
  remove(item: Item): void {
    for (const tag of item.tags ?? []) {
      const items = this.#items.get(tag);
      if (items?.delete(item) && items.size === 0) this.#items.delete(tag);
    }
  }

  /** The items that bear `tag`, as they are now. */
  of(tag: string): readonly Item[] {
    return [...this.#items.get(tag) ?? []];
  }

  /** How many tags are borne. */
  get size(): number {
    return this.#items.size;
  }

  /** Removes all. */
  clear(): void {
    this.#items.clear();
  }
}
