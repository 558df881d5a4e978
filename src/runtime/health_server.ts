import { ConfigurationError } from "../errors/configuration_error.ts";
import { builtinModule } from "./builtin_module.ts";

/** What is answered to who asks how a process is. */
export interface HealthAnswer {
  /** The status of HTTP. */
  readonly status: number;
  /** The text, as JSON. */
  readonly body: unknown;
}

/** A server that listens. */
export interface HealthServer {
  /** Its port. */
  readonly port: number;
  /** Ends it, and all its connections. */
  close(): void;
}

interface Request {
  readonly method?: string;
  readonly url?: string;
}

interface Response {
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  end(body?: string): unknown;
}

interface NodeServer {
  once(event: "error", listener: (error: unknown) => void): unknown;
  listen(options: { readonly port: number; readonly host?: string | undefined }, done: () => void): unknown;
  address(): { readonly port: number };
  closeAllConnections?(): void;
  close(): unknown;
}

interface HttpModule {
  createServer(listener: (request: Request, response: Response) => void): NodeServer;
}

const METHODS: readonly (string | undefined)[] = ["GET", "HEAD"];

/**
 * Answers requests by HTTP. On Deno that needs the permission to listen.
 *
 * @param address Where to listen: on all interfaces unless a name is given; port 0 is any that is free.
 * @param answer Is asked with the path of each request.
 * @returns The server, once it listens. It rejects with what the runtime says where that is impossible.
 * @throws {ConfigurationError} If the runtime has no `node:http`.
 */
export function openHealthServer(
  { hostname, port }: { readonly hostname: string | undefined; readonly port: number },
  answer: (path: string) => HealthAnswer,
): Promise<HealthServer> {
  const http = builtinModule<HttpModule>("node:http");
  if (http === undefined) {
    throw new ConfigurationError("Cannot answer by HTTP as the runtime has no node:http: use Deno, Node or Bun");
  }
  const server = http.createServer(({ method, url = "/" }, response) => {
    const isRead = METHODS.includes(method);
    const { status, body } = isRead ? answer(url.split("?")[0]!) : { status: 405, body: { error: "GET or HEAD" } };
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, ...(hostname !== undefined && { host: hostname }) }, () => {
      const close = () => {
        server.close();
        server.closeAllConnections?.();
      };
      resolve({ port: server.address().port, close });
    });
  });
}
