import { FailureLog } from "../attempt/failure_log.ts";
import { NAME_OPTIONS } from "../engine/call_settings.ts";
import type { Engine, EnginePolicy } from "../engine/engine.ts";
import type { FilledOptions, OperoOptions } from "../engine/opero_options.ts";
import { deadlinePolicy } from "../layers/deadline.ts";
import { failOnPolicy } from "../layers/fail_on.ts";
import { fallbackPolicy } from "../layers/fallback.ts";
import { interruptPolicy } from "../layers/interrupt.ts";
import { reraisePolicy } from "../layers/reraise.ts";
import { retryPolicy } from "../layers/retry.ts";
import { signalPolicy } from "../layers/signal.ts";
import { timeoutPolicy } from "../layers/timeout.ts";
import { tableOf } from "../policy/option_table.ts";
import { bugCheck } from "../retry/bug_check.ts";
import { isFailedFetch } from "../retry/is_failed_fetch.ts";
import { lightHint } from "./light_hint.ts";

/** The policies for every day, the outermost first. */
export const LIGHT_POLICIES: readonly EnginePolicy[] = [
  signalPolicy,
  reraisePolicy,
  fallbackPolicy,
  deadlinePolicy,
  retryPolicy,
  failOnPolicy,
  timeoutPolicy,
  interruptPolicy,
];

/** What the light door brings along of its own. */
export const LIGHT_ENGINE: Engine = {
  policies: LIGHT_POLICIES,
  table: tableOf<OperoOptions, FilledOptions>([...LIGHT_POLICIES, NAME_OPTIONS], lightHint),
  openLog: (options) => new FailureLog(options),
  isBug: bugCheck(isFailedFetch),
};
