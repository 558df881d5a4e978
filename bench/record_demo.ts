/**
 * Runs the demo in a terminal of `script` (util-linux), saves what it wrote there, and draws it for the README:
 * `deno task plots:demo`. The picture is that of one real run; `deno task bench --render` draws it from what is saved.
 */
import { demoLines, demoPicture } from "./support/plots/demo_picture.ts";
import { DEMO_PICTURE, DEMO_RECORDING } from "./support/documents.ts";

const DEMO = "stty cols 92 rows 40; deno task demo";
const path = await Deno.makeTempFile();
try {
  const { success } = await new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", DEMO, path],
    stdout: "null",
    env: { COLORTERM: "", NO_COLOR: "", TERM: "xterm" },
  }).output();
  if (!success) throw new Error("The demo failed, or there is no terminal: run `deno task demo` to see which");
  const lines = demoLines((await Deno.readTextFile(path)).replaceAll("\r\n", "\n"));
  await Deno.writeTextFile(DEMO_RECORDING, lines);
  await Deno.writeTextFile(DEMO_PICTURE, demoPicture(lines));
} finally {
  await Deno.remove(path);
}
