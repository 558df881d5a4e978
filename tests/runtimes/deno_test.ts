import { PORTABLE_CASES } from "./portable_cases.ts";

for (const { name, run } of PORTABLE_CASES) Deno.test(`Deno: ${name}`, run);
