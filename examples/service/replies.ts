const CELSIUS = new Map([["Oslo", 4], ["Lima", 19], ["Rome", 17]]);
const DOLLARS = new Map([["EUR", 1.16], ["GBP", 1.32], ["NOK", 0.099]]);

/** How many pages the site has. */
const PAGES = 15;

/** How many requests a second each name of the site answers. */
const PAGES_PER_SECOND = 6;

const timesAsked = new Map<string, number>();
const recentStarts = new Map<string, number[]>();

function refuse(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, { status, headers });
}

/** The temperature in a city. The first request for each city fails. */
export function weather(city: string): Response {
  if (!CELSIUS.has(city)) return refuse(404, "not found");
  if (countOf(`weather ${city}`) === 1) return refuse(503, "not now");
  return Response.json({ city, celsius: CELSIUS.get(city) });
}

/** The rate of a currency. The first request with each key comes too soon. */
export function rate(currency: string, key: string): Response {
  if (!DOLLARS.has(currency)) return refuse(404, "not found");
  if (countOf(`rate ${key}`) === 1) return refuse(429, "slow down", { "retry-after": "1" });
  return Response.json({ currency, dollars: DOLLARS.get(currency) });
}

/** A page with links to two others, which stand on the other name of this machine. */
export function page(number: number, { hostname, port }: URL): Response {
  const now = performance.now();
  const starts = [...recentStarts.get(hostname) ?? [], now].filter((start) => start > now - 1_000);
  recentStarts.set(hostname, starts);
  if (starts.length > PAGES_PER_SECOND) return refuse(429, "slow down");
  const other = hostname === "localhost" ? "127.0.0.1" : "localhost";
  const links = [2 * number, 2 * number + 1].filter((next) => next <= PAGES);
  const anchors = links.map((next) => `<a href="http://${other}:${port}/pages/${next}">Page ${next}</a>`);
  return new Response(`<h1>Page ${number}</h1>${anchors.join("")}`, { headers: { "content-type": "text/html" } });
}

/** A language model that says in which part of the world a place is. Each tenth request with a key comes too soon. */
export async function complete(request: Request, key: string): Promise<Response> {
  const { messages } = await request.json();
  const place: string = messages.at(-1).content;
  if (countOf(`complete ${key}`) % 10 === 0) return refuse(429, "slow down", { "retry-after-ms": "300" });
  const message = { role: "assistant", content: place.split(", ").at(-1) };
  return Response.json({ choices: [{ message }], usage: { total_tokens: 30 + Math.ceil(place.length / 4) } });
}

/** How often this has been asked for, this time included. */
function countOf(what: string): number {
  const times = (timesAsked.get(what) ?? 0) + 1;
  timesAsked.set(what, times);
  return times;
}
