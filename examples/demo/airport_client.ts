import { currentCall, isTransient, type Mapped, opmap } from "@opero/core";
import type { Place } from "./great_circle.ts";
import { API_KEYS } from "./unreliable_service.ts";

/** What is asked of the service. */
export interface Question extends Place {
  readonly id: string;
}

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

/** How many records are worked on at once. */
export const WORKERS = 32;

/** What finds the nearest airport for each of many places. */
export type FindAirports = Mapped<unknown, Question, NearestAirport, "throw">;

/** The client of the service at `url`: a plain `fetch`, and what makes it get through; each record is kept in `journal`. */
export function createAirportClient(url: string, journal: string): FindAirports {
  async function findAirport(question: Question, apiKey: readonly string[] = []): Promise<NearestAirport> {
    const { id, latitude, longitude } = question;
    const { signal } = currentCall();
    const headers = { "x-api-key": apiKey[0] ?? "" };
    const query = new URLSearchParams({ id, latitude: `${latitude}`, longitude: `${longitude}` });
    const response = await fetch(`${url}/nearest?${query}`, { headers, signal });
    if (response.ok) return await response.json();
    await response.body?.cancel();
    throw new ServiceError(response);
  }

  return opmap(findAirport, {
    mode: "async",
    workers: WORKERS,
    retries: 5,
    retryOn: (error) => isTransient(error) || isKeyRefused(error),
    timeout: "1s",
    rateLimit: REQUESTS_PER_SECOND,
    // The service calls itself busy for one question, whatever the rate: its Retry-After is for that alone.
    serverPacing: false,
    argFallback: "apiKey",
    fallbackValues: API_KEYS,
    // A key that is refused is not tried again for a while.
    cooldown: "1m",
    journal,
  });
}

/** Whether another key may help. */
function isKeyRefused(error: unknown): boolean {
  return error instanceof ServiceError && error.response.status === 401;
}
