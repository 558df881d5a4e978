import { assert, assertEquals } from "@std/assert";

/**
 * What each import may weigh, gzipped, in bytes: 16 KB for `opero` of the light door, 1.5 KB for `AllFailedError`, and for
 * all others what it weighed when this was written, and a little: lower these as they get lighter.
 */
const BARS: Readonly<Record<string, number>> = {
  'import { opero } from "@opero/core"': 83_450,
  'import { opero, opmap } from "@opero/core"': 100_800,
  'import { AllFailedError } from "@opero/core"': 1_536,
  'import { opero } from "@opero/core/light"': 16_384,
  'import { opero, opmap } from "@opero/core/light"': 23_600,
  'import { AllFailedError } from "@opero/core/light"': 1_536,
};

interface Size {
  readonly name: string;
  readonly gzipped: number;
}

/** The sizes as the bench measures them; `undefined` where its bundler cannot be had. */
async function measuredSizes(): Promise<readonly Size[] | undefined> {
  const at = (path: string) => new URL(`../../bench/${path}`, import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", "--frozen", "--config", at("deno.json"), at("support/bundle_sizes.ts")];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const text = new TextDecoder();
  if (!success && /error sending request|client error|not found in npm/i.test(text.decode(stderr))) return undefined;
  assert(success, text.decode(stderr));
  return text.decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

const sizes = await measuredSizes();

for (const [name, most] of Object.entries(BARS)) {
  Deno.test({
    name: `${name} loads at most ${most} bytes, gzipped`,
    ignore: sizes === undefined,
    fn: () => {
      const { gzipped } = sizes!.find((size) => size.name === name)!;
      assert(gzipped <= most, `${name} weighs ${gzipped} bytes: what does it import that a plain call does not need?`);
      assert(gzipped > 1_000, "something is measured");
    },
  });
}

Deno.test("an import reads no global that a runtime makes when it is first read", async () => {
  const code = `
    const read = [];
    for (const [name, { get, set, configurable }] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
      if (get === undefined || !configurable) continue;
      Object.defineProperty(globalThis, name, {
        get() {
          read.push(name);
          return get.call(this);
        },
        set,
        configurable,
      });
    }
    await import(${JSON.stringify(new URL("../../mod.ts", import.meta.url).href)});
    console.log(JSON.stringify(read));
  `;
  const args = ["eval", "--no-lock", code];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const read: string[] = JSON.parse(
    new TextDecoder().decode(stdout).trim() || `["nothing: ${new TextDecoder().decode(stderr)}"]`,
  );
  // These are there from the start, and kept from before a test fakes them.
  assertEquals(read.filter((name) => name !== "setTimeout" && name !== "setImmediate"), []);
});

Deno.test({
  name: "docs/doors.md says what each import weighs, to a tenth",
  ignore: sizes === undefined,
  fn: async () => {
    const document = await Deno.readTextFile(new URL("../../docs/doors.md", import.meta.url));
    for (const { name, gzipped } of sizes!) {
      const written = Number(document.match(`\\| \`${RegExp.escape(name)}\` +\\| [\\d.]+ KB +\\| ([\\d.]+) KB`)?.[1]) *
        1_024;
      assert(Math.abs(written / gzipped - 1) < 0.1, `${name}: ${gzipped} bytes, run \`deno task bench:sizes\``);
    }
  },
});
