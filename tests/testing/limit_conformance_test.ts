import { memoryLimits, testLimitStore } from "@opero/core/testing";

const store = memoryLimits();
testLimitStore(() => store, { test: Deno.test, name: "memoryLimits()" });
