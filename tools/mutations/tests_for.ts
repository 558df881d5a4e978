/** Which tests are asked about a change of a room, after the one that mirrors the file: cheap ones first. */
const TESTS_OF_ROOM: Readonly<Record<string, readonly string[]>> = {
  "src/limiter/": ["tests/limiter", "tests/layers/rate_limit_test.ts"],
  "src/layers/": ["tests/layers", "tests/composition_test.ts", "tests/cancellation_test.ts"],
  "src/cache/": ["tests/cache", "tests/layers/cache_test.ts", "tests/conformance_test.ts", "tests/secrets_test.ts"],
  "src/pool/": ["tests/pool", "tests/map", "tests/opmap_test.ts", "tests/opmap_modes_test.ts"],
  "src/map/": ["tests/map", "tests/opmap_test.ts", "tests/opmap_modes_test.ts", "tests/opmap_outcomes_test.ts"],
  "src/progress/": ["tests/progress", "tests/opmap_test.ts"],
  "src/function_source/": ["tests/function_source", "tests/layers/arg_fallback_test.ts", "tests/pool"],
  "src/engine/": ["tests/engine", "tests/layers", "tests/types_test.ts"],
  "src/conformance/": ["tests/conformance", "tests/conformance_test.ts"],
};

/** They start packages, servers or storms of their own, which takes longer than a change of one line deserves. */
const SLOW = /^(?:runtimes|redis_.*|examples_test\.ts|architecture_test\.ts|support)$/;

/** The tests to run on a change of `file`, in stages: the next is run only where the one before noticed nothing. */
export function testsFor(file: string, root: string): readonly (readonly string[])[] {
  const mirror = file.replace(/^src\//, "tests/").replace(/\.ts$/, "_test.ts");
  const room = Object.keys(TESTS_OF_ROOM).find((each) => file.startsWith(each));
  const others = [...Deno.readDirSync(`${root}/tests`)].map(({ name }) => name).filter((name) => !SLOW.test(name));
  const stages = [
    [mirror],
    room === undefined ? [] : TESTS_OF_ROOM[room]!,
    others.map((name) => `tests/${name}`).toSorted(),
  ];
  return stages.map((stage) => stage.filter((path) => exists(`${root}/${path}`)));
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}
