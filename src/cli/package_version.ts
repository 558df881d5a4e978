/** The version of the package, as `deno.json` has it. */
export const PACKAGE_VERSION = "0.1.0";
