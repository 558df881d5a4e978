/**
 * The API that the other examples call. It stumbles as real ones do, in the same way each time it is started, and
 * writes a line for each answer.
 *
 * deno run --allow-net --allow-env=PORT examples/service/main.ts
 */
import { complete, page, rate, weather } from "./replies.ts";

async function reply(request: Request): Promise<Response> {
  const key = request.headers.get("authorization") ?? "";
  if (key === "Bearer expired") return new Response("this key has expired", { status: 401 });
  const url = new URL(request.url);
  const [, subject, name = ""] = url.pathname.split("/");
  if (subject === "weather") return weather(name);
  if (subject === "rates") return rate(name, key);
  if (subject === "pages") return page(Number(name), url);
  if (subject === "v1") return await complete(request, key);
  return new Response("not found", { status: 404 });
}

Deno.serve({ port: Number(Deno.env.get("PORT") ?? "8001"), onListen: () => {} }, async (request) => {
  const response = await reply(request);
  console.log(response.status, request.method, new URL(request.url).pathname);
  return response;
});
