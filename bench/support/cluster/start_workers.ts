const SCRIPT = new URL("./worker.ts", import.meta.url).href;

/**
 * Starts processes that take items, and waits until they do.
 *
 * @param kind Whose: `opero` or `bullmq`.
 * @param url The broker.
 * @param counts How many processes, and how many items each has at once.
 * @returns What ends them.
 */
export async function startWorkers(
  kind: "opero" | "bullmq",
  url: string,
  { processes, slots }: { readonly processes: number; readonly slots: number },
): Promise<() => void> {
  const args = ["run", "-A", "--no-check", "--quiet", SCRIPT, kind, url, String(slots)];
  const children = await Promise.all(Array.from({ length: processes }, async () => {
    const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
    const reader = child.stdout.getReader();
    const { done } = await reader.read();
    if (done) throw new Error(`A worker of ${kind} did not start`);
    await reader.cancel();
    return child;
  }));
  return () => {
    for (const child of children) child.kill("SIGKILL");
  };
}
