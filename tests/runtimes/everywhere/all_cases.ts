/** All cases for every platform, in the order in which they run. */
import "./retry_cases.ts";
import "./limit_cases.ts";
import "./cache_cases.ts";
import "./fallback_cases.ts";
import "./map_cases.ts";
import "./telemetry_cases.ts";
import "./file_cases.ts";

export { EVERYWHERE_CASES, type Part, runEverywhere } from "./everywhere_case.ts";
