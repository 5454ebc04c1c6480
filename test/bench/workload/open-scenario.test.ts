/** Scenarios: the lab origin really runs beside, serves its list, and ends. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { scenarioNames } from "../../../src/bench/scenarios.ts";
import { openScenario } from "../../../src/bench/workload/open-scenario.ts";
import { downspout } from "../../cli/run-downspout.ts";

for (const name of scenarioNames) {
	test(`${name}: its files are what is expected of them`, async () => {
		const folder = await mkdtemp(join(tmpdir(), "bench-scenario-"));
		try {
			await using workload = await openScenario(name, folder, new AbortController().signal);
			const urls = (await readFile(workload.urlList, "utf8")).trim().split("\n");
			assert.equal(urls.length, workload.entries);
			const url = urls[1] ?? "";
			const bytes = await fetchWhole(url);
			const sha256 = createHash("sha256").update(bytes).digest("hex");
			const file = url.slice(url.lastIndexOf("/") + 1);
			assert.equal(workload.expectation.judge(file, bytes.length, sha256), "same");
			assert.equal(workload.expectation.judge(file, bytes.length, sha256.replace(/^./, "g")), "wrong");
		} finally {
			await rm(folder, { recursive: true });
		}
	});
}

test("whoever downloads it asks no proxy", async () => {
	const folder = await mkdtemp(join(tmpdir(), "bench-scenario-"));
	try {
		await using workload = await openScenario("latency", folder, new AbortController().signal);
		const [url = ""] = (await readFile(workload.urlList, "utf8")).split("\n");
		const nobody = { http_proxy: "http://127.0.0.1:1", ALL_PROXY: "http://127.0.0.1:1" };
		const end = await downspout([url, "-q"], { cwd: folder, env: { ...nobody, ...workload.env } });
		assert.equal(end.code, 0, end.stderr);
	} finally {
		await rm(folder, { recursive: true });
	}
});

/** Some scenarios fail now and then: that is their purpose. */
async function fetchWhole(url: string): Promise<Buffer> {
	for (let attempt = 1; attempt < 20; attempt++) {
		const response = await fetch(url).catch(() => undefined);
		const body = response?.ok ? await response.arrayBuffer().catch(() => undefined) : undefined;
		if (body !== undefined) return Buffer.from(body);
	}
	return assert.fail(`${url} cannot be fetched`);
}
