/** What may be meant by an unknown option among known ones, as a message ends; empty where nothing is alike. */
export type Hint = (name: string, known: readonly string[], within: string) => string;

/**
 * The known option that is spelt most like `name`, as a message ends: `, did you mean 'retries'?`
 *
 * @param name The unknown option.
 * @param known The names of all options.
 * @param within The option that holds it, with a dot; empty for none.
 * @returns The end of a message; empty where nothing is alike.
 */
export function nearestName(name: string, known: readonly string[], within: string): string {
  let nearest = "";
  let nearestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(normalizeName(name), normalizeName(candidate));
    const isNear = distance <= Math.max(2, Math.min(name.length, 2 * candidate.length) / 3);
    if (isNear && distance < nearestDistance) [nearest, nearestDistance] = [candidate, distance];
  }
  return nearest && `, did you mean '${within}${nearest}'?`;
}

/**
 * `name` without what spellings differ in, so that Python's `rate_limit` finds `rateLimit`.
 *
 * @param name The name of an option.
 * @returns The name in lower case, without underscores.
 */
export function normalizeName(name: string): string {
  return name.slice(0, 64).replaceAll("_", "").toLowerCase();
}

/** The Levenshtein distance, row by row (Wagner and Fischer, 1974). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
