import { createApp } from "./app.ts";

Deno.serve({ port: Number(Deno.env.get("PORT") ?? "8000") }, createApp(Deno.env.get("API_URL")).fetch);
