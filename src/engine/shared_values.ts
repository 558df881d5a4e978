import { describeValue } from "../options/describe_value.ts";
import { wrongOption } from "../options/validate.ts";

/** How something shared is set up: as the options say it, so that a message can name what differs. */
export type SharedSettings = Readonly<Record<string, unknown>>;

interface SharedValue {
  readonly settings: SharedSettings;
  readonly value: unknown;
}

/** What the functions of one instance share by a name that they give in their options; another instance has its own. */
export class SharedValues {
  readonly #values = new Map<string, SharedValue>();

  /**
   * The value of the option `option` that is called `name`; `make` makes it for the first function that asks.
   *
   * @throws {ConfigurationError} If the settings are not those that the first function gave.
   */
  of<Value>(task: string, option: string, name: string, settings: SharedSettings, make: () => Value): Value {
    const key = `${option} ${name}`;
    const known = this.#values.get(key);
    if (known === undefined) {
      const value = make();
      this.#values.set(key, { settings, value });
      return value;
    }
    const field = Object.keys({ ...known.settings, ...settings }).find((each) =>
      !Object.is(known.settings[each], settings[each])
    );
    if (field === undefined) return known.value as Value;
    const desired = `the same for all functions that share the name ${describeValue(name)} (${
      describeValue(known.settings[field])
    })`;
    throw wrongOption(task, `${option}.${field}`, { desired }, settings[field]);
  }
}
