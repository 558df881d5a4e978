import type { Registry } from "./registry.ts";

/**
 * Closes an instance: ends what runs and closes what the instance opened, all of it, even where one part fails.
 *
 * @param registry What the functions of the instance share.
 * @throws {unknown} What a part failed with, once all are closed.
 */
export async function closeRegistry(registry: Registry): Promise<void> {
  registry.isClosed = registry.options.isReopenable !== true;
  const reason = new DOMException("The instance was closed", "AbortError");
  await Promise.all([...registry.runs].map((run) => run.fail(reason)));
  // Backends last as long as the instance: one that is opened after a close is for the next close.
  const backends = registry.caches === undefined ? [] : [registry.caches.list];
  const closables: { close(): void | Promise<void> }[] = [...registry.pools.values(), ...backends];
  const closed = await Promise.allSettled(closables.map(async (closable) => await closable.close()));
  const failed = closed.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
