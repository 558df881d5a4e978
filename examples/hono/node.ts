import { serve } from "@hono/node-server";
import process from "node:process";
import { createApp } from "./app.ts";

serve({ port: Number(process.env.PORT ?? "8000"), fetch: createApp(process.env.API_URL).fetch });
