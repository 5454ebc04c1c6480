/** Servers that give each connection its bytes in bursts: as many connections are found as they allow, and none is taken for slow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertWhole, fetchLarge } from "./fetch-large.ts";
import { bodyOf, mebibyte } from "./large-file.ts";

test("64 KiB every 200 ms: the file comes over many connections, and none of them is opened anew", async (context) => {
	const body = bodyOf(1, 12 * mebibyte);
	const found = await fetchLarge(context, { body, paceMs: 200 }, { segments: "auto" });
	assertWhole(found, body);
	const { server } = found;
	assert(server.most() >= 16, `${server.most()} connections`);
	// Beside the last pieces, which may be asked for twice.
	assert(server.requests.length <= server.most() + 8, `${server.requests.length} requests`);
});
