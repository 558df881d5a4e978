/**
 * Keeps all cores busy with processes that do nothing else, until it is disposed.
 *
 * @returns What ends them.
 */
export function busyMachine(): AsyncDisposable {
  const processes = Array.from(
    { length: navigator.hardwareConcurrency },
    () => new Deno.Command(Deno.execPath(), { args: ["eval", "while (true);"] }).spawn(),
  );
  return {
    async [Symbol.asyncDispose]() {
      for (const process of processes) process.kill("SIGKILL");
      await Promise.all(processes.map(({ status }) => status));
    },
  };
}
