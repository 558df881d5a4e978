import type { HealthAnswer } from "../runtime/health_server.ts";
import type { ServedTask } from "../queue/worker/served_task.ts";

/**
 * What a worker answers to who asks by HTTP how it is: `/live` whether it is to be left running, `/ready` whether it takes items.
 * An engine that is away is no reason to start a worker anew, which would not find it either.
 *
 * @param served The worker; `undefined` before the engine knows of it.
 * @param path The path of the request.
 * @returns The answer.
 */
export function workerHealth(served: ServedTask | undefined, path: string): HealthAnswer {
  const state = served?.state ?? "starts";
  const { address, name, slots, counts } = served ?? {};
  const body = { state, ...address, name, slots, ...counts };
  if (path === "/live") return { status: state === "stopped" ? 503 : 200, body };
  if (path === "/ready") return { status: state === "serves" ? 200 : 503, body };
  return { status: 404, body: { error: "there are /live and /ready" } };
}
