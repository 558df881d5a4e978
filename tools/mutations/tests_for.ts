/**
 * Tests that look closely at a file although they do not import it, by the beginning of the file's path; the test that
 * mirrors a file and those that import it need no line here.
 */
const TESTS_NEAR: Readonly<Record<string, readonly string[]>> = {
  "src/cache/results/flight": [
    "tests/layers/cache_test.ts",
    "tests/cache/results/flight_context_test.ts",
    "tests/whole/single_use_results_test.ts",
  ],
  "src/cache/results/shared_result.ts": ["tests/whole/single_use_results_test.ts"],
  "src/cache/results/single_use.ts": ["tests/whole/single_use_results_test.ts"],
  "src/cache/results/freshness.ts": ["tests/layers/cache_test.ts"],
  "src/cache/results/cache": ["tests/layers/cache_test.ts"],
  "src/cache/results/refresh_pace.ts": ["tests/layers/cache_test.ts"],
  "src/cache/memory/": ["tests/cache/memory/memory_store_test.ts", "tests/layers/cache_test.ts"],
  "src/cache/tiered/": ["tests/cache/tiered/tiered_cache_test.ts"],
  "src/cache/results/cache_service.ts": [
    "tests/whole/single_use_results_test.ts",
    "tests/whole/stale_serving_test.ts",
    "tests/whole/call_options_test.ts",
  ],
  "src/cache/guard/guarded_cache.ts": ["tests/cache/guard/backend_health_test.ts"],
  "src/cache/guard/": ["tests/cache/guard/backend_health_test.ts", "tests/cache/guard/guarded_cache_test.ts"],
  "src/cache/key/graph_text.ts": ["tests/cache/key/cache_key_test.ts"],
  "src/cache/disk/": ["tests/cache/disk/disk_cache_test.ts", "tests/whole/disk_faults_test.ts"],
  "src/cache/kv/": ["tests/cache/kv/kv_cache_test.ts", "tests/whole/kv_faults_test.ts"],
  "src/cache/sqlite/": ["tests/cache/sqlite/sqlite_cache_test.ts", "tests/whole/sqlite_faults_test.ts"],
  "src/cache/redis/": ["tests/cache/redis/redis_connection_test.ts"],
  "src/limiter/": ["tests/limiter/rate_limiter_test.ts", "tests/layers/rate_limit_test.ts"],
  "src/journal/": ["tests/journal", "tests/whole/journal_test.ts"],
  "src/cli/flag_kinds.ts": ["tests/cli/parse_flags_test.ts"],
  "src/map/item_journal.ts": ["tests/whole/journal_test.ts"],
  "src/map/tracked_items.ts": ["tests/whole/journal_test.ts", "tests/map/run_handle_test.ts"],
  "src/map/run_": ["tests/whole/journal_test.ts", "tests/map/run_handle_test.ts"],
  "src/pool/pool_share.ts": ["tests/whole/slow/run_again_test.ts"],
  "src/pool/": ["tests/pool/pool_share_test.ts", "tests/pool/worker_feed_test.ts"],
};

/** The tests of a room, which are asked next. */
const TESTS_OF_ROOM: Readonly<Record<string, readonly string[]>> = {
  "src/journal/": ["tests/journal", "tests/whole/journal_test.ts", "tests/whole/journal_faults_test.ts"],
  "src/cli/": [
    "tests/cli",
    "tests/report",
    "tests/whole/slow/command_test.ts",
    "tests/whole/slow/command_endings_test.ts",
  ],
  "src/limiter/": ["tests/limiter"],
  "src/layers/": ["tests/layers", "tests/whole/composition_test.ts", "tests/whole/cancellation_test.ts"],
  "src/cache/": [
    "tests/cache",
    "tests/layers/cache_test.ts",
    "tests/testing/conformance_test.ts",
    "tests/whole/secrets_test.ts",
  ],
  "src/pool/pool_share.ts": ["tests/whole/slow/run_again_test.ts"],
  "src/pool/": ["tests/pool", "tests/map", "tests/opmap_test.ts", "tests/whole/opmap_modes_test.ts"],
  "src/map/": [
    "tests/map",
    "tests/opmap_test.ts",
    "tests/whole/opmap_modes_test.ts",
    "tests/whole/opmap_outcomes_test.ts",
  ],
  "src/progress/": ["tests/progress", "tests/opmap_test.ts"],
  "src/function_source/": ["tests/function_source", "tests/layers/arg_fallback_test.ts", "tests/pool"],
  "src/engine/": ["tests/engine", "tests/layers", "tests/whole/types_test.ts"],
  "src/attempt/": ["tests/attempt", "tests/layers", "tests/whole/composition_test.ts"],
  "src/call/": ["tests/call", "tests/layers", "tests/whole/cancellation_test.ts"],
  "src/errors": ["tests/errors", "tests/errors_test.ts"],
  "src/options/": ["tests/options", "tests/opero_test.ts"],
  "src/retry/": ["tests/retry", "tests/layers/retry_test.ts"],
  "src/telemetry/": ["tests/telemetry"],
  "src/testing/": ["tests/testing"],
  "src/time/": ["tests/time", "tests/whole/fake_timers_test.ts"],
};

/** Ten seconds and more each: they come last, but for the files that they are near to. */
const HEAVY =
  /graph_text_test|cache_processes_test|killed_writers_test|cache_codec_test|hostile_entries_test|wrap_forms_test|(?:disk|sqlite|kv)_faults_test|kv_cache_test/;

/** They start packages, servers or storms of their own, which takes longer than a change of one line deserves. */
const SLOW =
  /^tests\/(?:runtimes\/|whole\/(?:brokers\/|slow\/redis_|slow\/mass_endings_|redis_|examples_|architecture_)|support\/)/;

/** The tests to run on a change of `file`, in four stages: the next is run only where those before noticed nothing. */
export function testsFor(file: string, root: string): readonly (readonly string[])[] {
  const all = testFiles(root, "tests").filter((test) => !SLOW.test(test));
  const mirror = file.replace(/^src\//, "tests/").replace(/\.ts$/, "_test.ts");
  const named = Object.keys(TESTS_NEAR).filter((each) => file.startsWith(each)).flatMap((each) => TESTS_NEAR[each]!);
  const isImporter = (test: string) =>
    !HEAVY.test(test) && Deno.readTextFileSync(`${root}/${test}`).includes(`/${file}"`);
  const near = all.filter((test) => test !== mirror && (named.includes(test) || isImporter(test)));
  const rooms = Object.keys(TESTS_OF_ROOM).filter((each) => file.startsWith(each)).flatMap((each) =>
    TESTS_OF_ROOM[each]!
  );
  const isOfRoom = (test: string) => rooms.some((each) => test === each || test.startsWith(`${each}/`));
  const room = all.filter((test) => test !== mirror && !near.includes(test) && !HEAVY.test(test) && isOfRoom(test));
  const others = all.filter((test) => ![mirror, ...near, ...room].includes(test));
  // The mirror is alone, as another might go round without end before it notices by a value.
  return [all.filter((test) => test === mirror), near, room, others];
}

function testFiles(root: string, folder: string): string[] {
  return [...Deno.readDirSync(`${root}/${folder}`)].toSorted((a, b) => a.name.localeCompare(b.name)).flatMap(
    (entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) return testFiles(root, path);
      return path.endsWith("_test.ts") ? [path] : [];
    },
  );
}
