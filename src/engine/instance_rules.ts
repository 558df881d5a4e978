import { anyFunction, type OptionRule, type OptionRules } from "../options/validate.ts";

function withMethods(desired: string, methods: readonly string[]): OptionRule {
  return {
    desired,
    accepts: (value) =>
      typeof value === "object" && value !== null &&
      methods.every((method) => typeof Reflect.get(value, method) === "function"),
  };
}

/** What the options of an instance may be that its functions do not have. */
export const INSTANCE_RULES: OptionRules = {
  name: { desired: "left out, as every function has a name of its own", accepts: () => false },
  clock: withMethods("a clock with 'now', 'wallNow', 'sleep' and 'setTimer'", ["now", "wallNow", "sleep", "setTimer"]),
  random: anyFunction,
  logger: withMethods("a logger with 'debug', 'info', 'warning' and 'error'", ["debug", "info", "warning", "error"]),
};
