/** Makes a million calls and tells what they have left behind: `deno task bench:leaks`. */
import { checkLeaks } from "./support/leak_check.ts";

const MAX_BYTES = 20_000_000;

const { listeners, timers, bytes } = await checkLeaks(1_000_000, 100);
console.log(`listeners ${listeners}, timers ${timers}, memory ${(bytes / 1e6).toFixed(1)} MB more`);
if (listeners > 0 || timers > 0 || bytes > MAX_BYTES) Deno.exit(1);
