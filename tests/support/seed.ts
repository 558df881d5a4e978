/** The seed of a random run, which it prints: `OPERO_SEED` gives it to a run that shall be like one before. */
export function printSeed(): number {
  const seed = Number(Deno.env.get("OPERO_SEED") ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed}`);
  return seed;
}
