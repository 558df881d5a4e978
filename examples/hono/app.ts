import { CircuitOpenError, currentCall, isOperoError, isTransient, opero } from "@opero/core";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

interface Weather {
  readonly city: string;
  readonly celsius: number;
}

/** The app; `api` is the address of the service that it asks. */
export function createApp(api = "http://localhost:8001"): Hono {
  const weather = opero(async function weather(city: string): Promise<Weather> {
    const { signal } = currentCall(); // before the first await
    const response = await fetch(`${api}/weather/${encodeURIComponent(city)}`, { signal });
    if (response.ok) return await response.json();
    const status = response.status as ContentfulStatusCode;
    throw new HTTPException(status, { message: await response.text(), cause: response }); // the cause has Retry-After
  }, {
    cache: true,
    cacheTtl: "1m",
    cacheStaleIfError: "1h", // an old answer is better than none
    deadline: "5s", // for all attempts together
    retryOn: isTransient, // a 503 is retried, a 404 goes to the client as it is
    circuitBreaker: true, // a service that is down is not asked by every request
    rateLimit: 50, // a second, retries included
    timeout: "1s", // each attempt
  });

  return new Hono()
    .get("/weather/:city", async (c) => c.json(await weather(c.req.param("city"))))
    .onError((error, c) => {
      if (error instanceof HTTPException) return error.getResponse();
      if (!isOperoError(error)) throw error;
      const seconds = error instanceof CircuitOpenError ? Math.ceil(error.retryAfter ?? 1) : 1;
      return c.json({ error: "The weather is not available" }, 503, { "retry-after": `${seconds}` });
    });
}
