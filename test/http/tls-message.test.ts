/** What users are told of errors that libraries word for their own makers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../download/serve.ts";
import { runList } from "../run/run-list.ts";

test("https where the server speaks plain HTTP: the message says so without OpenSSL's numbers", async (context) => {
	const { url } = await serve(context, (_, response) => response.end("text"));
	const { outcomes } = await runList(context, url.replace("http:", "https:"));
	const host = new URL(url).host;
	assert.deepEqual(outcomes[0]?.error, { code: "tls", message: `no TLS with ${host}: its answer is not TLS` });
});
