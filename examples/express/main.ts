import { currentCall, isOperoError, isTransient, opero } from "@opero/core";
import express, { type NextFunction, type Request, type Response } from "express";
import process from "node:process";

interface Weather {
  readonly city: string;
  readonly celsius: number;
}

/** What Express answers with the status of, and `isTransient` decides by. */
class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string, options: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

const api = process.env.API_URL ?? "http://localhost:8001";

const weather = opero(async function weather(city: string): Promise<Weather> {
  const { signal } = currentCall(); // before the first await
  const response = await fetch(`${api}/weather/${encodeURIComponent(city)}`, { signal });
  if (response.ok) return await response.json();
  throw new HttpError(response.status, await response.text(), { cause: response }); // the cause has Retry-After
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

const app = express();

app.get("/weather/:city", async (request: Request<{ city: string }>, response: Response) => {
  response.json(await weather(request.params.city)); // Express 5 passes on what it throws
});

app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
  if (error instanceof HttpError) response.status(error.status).json({ error: error.message });
  else if (isOperoError(error)) response.status(503).json({ error: "The weather is not available" });
  else next(error);
});

const server = app.listen(Number(process.env.PORT ?? "8000"));
process.on("SIGTERM", () => server.close());
