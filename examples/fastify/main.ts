import { currentCall, isOperoError, isTransient, opero } from "@opero/core";
import fastify from "fastify";
import process from "node:process";

interface Weather {
  readonly city: string;
  readonly celsius: number;
}

const api = process.env.API_URL ?? "http://localhost:8001";

const weather = opero(async function weather(city: string): Promise<Weather> {
  const { signal } = currentCall(); // before the first await
  const response = await fetch(`${api}/weather/${encodeURIComponent(city)}`, { signal });
  if (response.ok) return await response.json();
  // Fastify answers with the `statusCode` of an error, and `isTransient` decides by it; the cause has Retry-After.
  throw Object.assign(new Error(await response.text(), { cause: response }), { statusCode: response.status });
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

const app = fastify();

app.get<{ Params: { city: string } }>("/weather/:city", (request) => weather(request.params.city));

app.setErrorHandler((error, _request, reply) => {
  if (!isOperoError(error)) return reply.send(error);
  return reply.code(503).send({ error: "The weather is not available" });
});

await app.listen({ port: Number(process.env.PORT ?? "8000") });
process.on("SIGTERM", () => void app.close());
