/** An installation that lacks a module which loads only where it is needed: entries fail with the reason, and the run ends. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { freshFolder } from "../cli/fresh-folder.ts";
import { downspout } from "../cli/run-downspout.ts";
import { serve } from "../download/serve.ts";

/** Options of Node by which a module whose path ends so is not to be had. */
function without(path: string): string {
	const hooks = `import { registerHooks } from "node:module";
	registerHooks({
		load(url, context, next) {
			if (url.includes(${JSON.stringify(path)})) throw new Error("no such module");
			return next(url, context);
		},
	});`;
	return `--import=data:text/javascript,${encodeURIComponent(hooks)}`;
}

const cases: readonly (readonly [string, (port: number) => readonly string[]])[] = [
	["/node_modules/socks/", (port) => ["--proxy", `socks5h://127.0.0.1:${port}`]],
	["/sample-type.ts", () => ["--expect-type", "image/*"]],
];
for (const [module, options] of cases) {
	test(`without ${module}`, { timeout: 60_000 }, async (context) => {
		const proxy = createServer((socket) => void socket.on("error", () => socket.destroy())).listen(0, "127.0.0.1");
		context.after(() => proxy.close());
		await once(proxy, "listening");
		const address = proxy.address();
		assert(address !== null && typeof address === "object");
		const { url } = await serve(context, (_, response) => response.end("some text ".repeat(20_000)));
		const cwd = await freshFolder(context);
		const args = ["-", "--json", "-q", ...options(address.port)];
		const input = `${url.replace("127.0.0.1", "localhost")}/a\n${url}/b\n`;
		const { code, stdout, stderr } = await downspout(args, { cwd, input, env: { NODE_OPTIONS: without(module) } });
		assert.equal(code, 1, stderr);
		const { total, failed, errors } = JSON.parse(stdout);
		assert.deepEqual([total, failed, errors], [2, 2, { io: 2 }], stderr);
	});
}
