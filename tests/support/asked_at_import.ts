// Prints what importing the package asks the runtime for.
import process from "node:process";

const asked: string[] = [];
const { getBuiltinModule } = process;
Object.assign(process, {
  getBuiltinModule: (id: string) => {
    asked.push(id);
    return getBuiltinModule.call(process, id);
  },
});
for (const name of ["Buffer", "Bun", "localStorage", "caches", "navigator", "crypto"]) {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  if (descriptor?.configurable !== true) continue;
  const get = () => {
    asked.push(name);
    return descriptor.get === undefined ? descriptor.value : descriptor.get.call(globalThis);
  };
  Object.defineProperty(globalThis, name, { get, configurable: true });
}
await import("../../mod.ts");
console.log(JSON.stringify(asked));
