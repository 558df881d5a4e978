import { type FlagKind, wrongFlag } from "./flag_kinds.ts";

/** Where a server listens. */
export interface ListenAddress {
  /** The name or number of the interface; `undefined` for all of them. */
  readonly hostname: string | undefined;
  /** The port; 0 for any that is free. */
  readonly port: number;
}

const FORM = /^(?:(?:\[([\da-f:.]+)\]|([\w.-]*)):)?(\d{1,5})$/i;
const MAX_PORT = 65_535;

/** A flag that takes where to listen, such as `:8080` or `127.0.0.1:8080`. */
export const address: FlagKind<ListenAddress> = {
  read: (given, name) => {
    const [, numbers, word, digits] = FORM.exec(given) ?? [];
    const port = Number(digits);
    if (!(port <= MAX_PORT)) throw wrongFlag(name, "a port, such as :8080 or 127.0.0.1:8080", given);
    return { hostname: numbers ?? (word || undefined), port };
  },
};
