import { currentCall, isTransient, type Mapped, type OperoInstance } from "@opero/core";
import type { Place } from "./great_circle.ts";

/** What the service knows of a place. */
export interface NearestAirport {
  readonly iata: string;
  readonly name: string;
  readonly distanceKm: number;
}

/** The service answered, but not with what was asked for. Its Retry-After is found by way of `response`. */
export class ServiceError extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super(`The service answered ${response.status}`);
    this.name = "ServiceError";
    this.response = response;
  }
}

/** How many requests may start in a second. */
export const REQUESTS_PER_SECOND = 400;

/** What finds the nearest airport for each of many places. */
export type FindAirports = Mapped<unknown, Place, NearestAirport, "throw">;

/** The client of the service at `url`: a plain `fetch`, and what makes it get through. */
export function createAirportClient({ opmap }: OperoInstance, url: string, apiKeys: readonly string[]): FindAirports {
  async function findAirport({ latitude, longitude }: Place, apiKey: readonly string[] = []): Promise<NearestAirport> {
    const { signal } = currentCall();
    const headers = { "x-api-key": apiKey[0] ?? "" };
    const response = await fetch(`${url}/nearest?latitude=${latitude}&longitude=${longitude}`, { headers, signal });
    if (response.ok) return await response.json();
    await response.body?.cancel();
    throw new ServiceError(response);
  }

  return opmap(findAirport, {
    mode: "async",
    workers: 32,
    retries: 5,
    retryOn: (error) => isTransient(error) || isKeyRefused(error),
    timeout: "250ms",
    rateLimit: REQUESTS_PER_SECOND,
    // The service calls itself busy for one question, whatever the rate: its Retry-After is for that alone.
    serverPacing: false,
    argFallback: "apiKey",
    fallbackValues: apiKeys,
    cache: true,
  });
}

/** Whether another key may help. */
function isKeyRefused(error: unknown): boolean {
  return error instanceof ServiceError && error.response.status === 401;
}
