import { builtinModule } from "./builtin_module.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";

/** An argument: a flag with its value, if it has one, or a value that belongs to no flag. */
export type ArgumentToken =
  | { readonly name: string; readonly rawName: string; readonly value: string | undefined }
  | { readonly name: undefined; readonly value: string };

/** What is known of a flag. */
interface FlagForm {
  readonly isSwitch?: boolean;
  readonly short?: string;
}

interface NodeOption {
  readonly kind: "option";
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  /** Whether the value stands in the same argument. */
  readonly inlineValue: boolean | undefined;
}

type NodeToken =
  | NodeOption
  | { readonly kind: "positional"; readonly value: string }
  | { readonly kind: "option-terminator" };

interface UtilModule {
  parseArgs(config: Record<string, unknown>): { readonly tokens: readonly NodeToken[] };
}

/**
 * Splits arguments into flags and values, as `parseArgs` of `node:util` does. Unknown flags are tokens, too.
 *
 * @param args The arguments.
 * @param forms The flags that there are, by name.
 * @returns The tokens, in their order.
 * @throws {ConfigurationError} If the runtime has no `node:util`.
 */
export function parseTokens(
  args: readonly string[],
  forms: Readonly<Record<string, FlagForm>>,
): readonly ArgumentToken[] {
  const util = builtinModule<UtilModule>("node:util");
  if (util === undefined) {
    throw new ConfigurationError("Cannot read arguments as the runtime has no node:util: use Deno, Node or Bun");
  }
  const options = Object.entries(forms).map(([name, { isSwitch, short }]) => {
    return [name, { type: isSwitch ? "boolean" : "string", multiple: true, ...(short && { short }) }];
  });
  const config = { args: [...args], options: Object.fromEntries(options), strict: false, tokens: true };
  return util.parseArgs(config).tokens.flatMap((token): ArgumentToken[] => {
    if (token.kind === "option-terminator") return [];
    if (token.kind === "positional") return [{ name: undefined, value: token.value }];
    return [{ name: token.name, rawName: token.rawName, value: valueOf(token) }];
  });
}

/** What looks like a flag is the next one, and no value, unless it stands behind a `=`. */
function valueOf({ value, inlineValue }: NodeOption): string | undefined {
  return inlineValue || value === "-" || !value?.startsWith("-") ? value : undefined;
}
