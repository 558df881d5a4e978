/**
 * All tests at their full size, in two processes side by side, as one test after the other leaves a core unused:
 * `deno task nightly`. What only computes, from seeds and by no clock, is told once it is done; it disturbs the others,
 * which wait for servers, threads and files, no more than any other work of the machine. Ends with 1 where a test failed.
 */

/** Tests whose many generated cases take most of the time, and which measure none. */
const GENERATED = [
  "tests/cache/codec/cache_codec_test.ts",
  "tests/cache/key/cache_key_test.ts",
  "tests/cache/key/graph_text_test.ts",
  "tests/whole/policy_interleavings_test.ts",
  "tests/whole/slow/cluster_simulation_test.ts",
  "tests/whole/slot_interleavings_test.ts",
  "tests/whole/slow/cache_interleavings_test.ts",
  "tests/whole/slow/interleavings_test.ts",
  "tests/whole/slow/reference_model_test.ts",
];

const TEST = ["test", "-A", "--unstable-kv"];

const startMs = performance.now();
const generated = startTests("piped", GENERATED);
const others = startTests("inherit", ["--doc", `--ignore=${GENERATED.join()}`]);
const [{ stdout, success }, { success: othersSucceed }] = await Promise.all([generated.output(), others.status]);
await Deno.stdout.write(stdout);
console.log(`nightly: ${Math.round((performance.now() - startMs) / 60_000)} minutes`);
Deno.exit(success && othersSucceed ? 0 : 1);

function startTests(stdout: "piped" | "inherit", args: readonly string[]): Deno.ChildProcess {
  const env = { OPERO_NIGHTLY: "1" };
  return new Deno.Command(Deno.execPath(), { args: [...TEST, ...args], env, stdout, stderr: "inherit" }).spawn();
}
