/** Values that are as deep as they are large. */
export const DEEP_SHAPES: readonly ((size: number) => unknown)[] = [list, chain, nestedSets, doubled];

/** A list of `size` links. */
function list(size: number): unknown {
  let head: unknown = null;
  for (let n = 0; n < size; n++) head = { next: head };
  return head;
}

/** A chain of `size` links that know both of their neighbours. */
function chain(size: number): unknown {
  const links = Array.from({ length: size }, (_, n) => ({ n }) as Record<string, unknown>);
  links.forEach((link, n) => Object.assign(link, { before: links[n - 1], after: links[n + 1] }));
  return links[0];
}

/** A set in a set, `size` times. */
function nestedSets(size: number): unknown {
  let set = new Set<unknown>();
  for (let n = 0; n < size; n++) set = new Set<unknown>([set, { n }]);
  return set;
}

/** A pair of the same pair twice, `size` times. */
function doubled(size: number): unknown {
  let pair: unknown = "leaf";
  for (let n = 0; n < size; n++) pair = [pair, pair];
  return pair;
}
