import { className, readField } from "../errors/read_field.ts";
import { hidden } from "../options/hidden_value.ts";
import { needsCluster, withNeed } from "../options/option_needs.ts";
import { type OptionRule, positiveFiniteDuration } from "../options/validate.ts";
import type { OptionSet } from "../policy/policy.ts";

/** What is in force in the mode `"cluster"` where one is left out. */
export const CLUSTER_DEFAULTS = { version: "0", lease: "15s" } as const;

/** What tasks and versions may be called: all that moves frames can have that in an address. */
export const TASK_NAME: OptionRule = {
  desired: "1 to 64 letters, digits, '_' and '-'",
  accepts: (value) => typeof value === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(value),
};

const engineRule: OptionRule = {
  desired: "an engine, such as that of natsEngine()",
  accepts: (value) => ["openCaller", "openWorker"].every((name) => typeof readField(value, name) === "function"),
  isPrivate: true,
};

const sealKeyRule: OptionRule = {
  desired: "a CryptoKey for AES-GCM that may encrypt and decrypt",
  accepts: (value) => {
    const usages = readField(value, "usages");
    const isForBoth = Array.isArray(usages) && usages.includes("encrypt") && usages.includes("decrypt");
    return isForBoth && readField(readField(value, "algorithm"), "name") === "AES-GCM";
  },
  isPrivate: true,
};

/** The options that concern workers on other machines. */
export const CLUSTER_OPTIONS: OptionSet = {
  rules: {
    engine: withNeed(engineRule, needsCluster),
    task: withNeed(TASK_NAME, needsCluster),
    lease: withNeed(positiveFiniteDuration, needsCluster),
    sealKey: withNeed(sealKeyRule, needsCluster),
  },
  defaults: {},
  show: { engine: (engine) => hidden(className(Object(engine)) ?? "object"), sealKey: () => hidden() },
  // As many as the workers have slots for: how many that are is not known here.
  giveWay: (filled, given) => isOfCluster(filled) && !("workers" in given) ? { workers: Infinity } : {},
};

function isOfCluster(options: object): boolean {
  return readField(options, "mode") === "cluster";
}
