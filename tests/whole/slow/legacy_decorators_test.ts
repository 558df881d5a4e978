import { assertEquals } from "@std/assert";

const LEGACY = `
import { opero, opmap } from ${JSON.stringify(import.meta.resolve("@opero/core"))};
class Api {
  runs = 0;
  readonly base = "base";
  @opero({ retries: 2, minDelay: 0, maxDelay: 0 })
  async user(id: string): Promise<string> {
    if (++this.runs < 3) throw new Error("busy");
    return await Promise.resolve(this.base + "/" + id);
  }
  @opero
  static async kind(): Promise<string> {
    return await Promise.resolve(this.name);
  }
  @opmap({ progress: false })
  each(n: any): any {
    return n * this.base.length;
  }
  // @ts-expect-error: the result of a sync method would be a promise without its type saying so
  @opero({ retries: 1 })
  sync(): number {
    return 1;
  }
}
const api = new Api();
const user: string = await api.user("1");
console.log(JSON.stringify([user, await Api.kind(), await (api as any).each([1, 2])]));
`;

Deno.test("decorators work, and have their types, where experimentalDecorators are on", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/deno.json`, '{ "compilerOptions": { "experimentalDecorators": true } }');
    await Deno.writeTextFile(`${dir}/main.ts`, LEGACY);
    const args = ["run", "--check", "--quiet", "--no-lock", `--config=${dir}/deno.json`, `${dir}/main.ts`];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
    const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals([out, errors], ['["base/1","Api",[4,8]]\n', ""]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
