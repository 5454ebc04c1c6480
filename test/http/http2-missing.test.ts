/** An installation that lacks what speaks HTTP/2: entries fail with the reason, and the run ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { freshFolder } from "../cli/fresh-folder.ts";
import { downspout } from "../cli/run-downspout.ts";
import { serveHttp2 } from "./http2-servers.ts";

const hooks = `import { registerHooks } from "node:module";
registerHooks({
	load(url, context, next) {
		if (url.endsWith("/http2-pool.ts")) throw new Error("no such module");
		return next(url, context);
	},
});`;

/** How an origin turns to HTTP/2: as it is told to, by the handshake, or by what it answers. */
const cases = [
	["always", true],
	["always", false],
	["auto", true],
	["auto", false],
] as const;
for (const [mode, secure] of cases) {
	test(`${mode}, ${secure ? "with" : "without"} TLS`, { timeout: 60_000 }, async (context) => {
		const { url } = await serveHttp2(context, (stream) => stream.respond({ ":status": 200 }, { endStream: true }), {
			secure,
		});
		const cwd = await freshFolder(context);
		const { code, stdout, stderr } = await downspout(["-", "--json", "--insecure", "--http2", mode, "-q"], {
			cwd,
			input: `${url}/a\n${url}/b\n`,
			env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hooks)}` },
		});
		assert.equal(code, 1, stderr);
		const { total, failed, errors } = JSON.parse(stdout);
		assert.deepEqual([total, failed, errors], [2, 2, { io: 2 }], stderr);
	});
}
