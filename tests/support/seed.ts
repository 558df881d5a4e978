/** The seed of a random run, which it prints: `OPERO_SEED` gives it to a run that shall be like one before. */
export function printSeed(): number {
  const seed = Number(Deno.env.get("OPERO_SEED") ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed}`);
  return seed;
}

/** Random numbers from 0 to 1 that depend on `seed` alone (Mulberry32 of Tommy Ettinger, public domain). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
