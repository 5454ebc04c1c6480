/** Large files go in pieces: over nothing that is there, and what is given up leaves nothing. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { downspout } from "../cli/run-downspout.ts";
import { projectRoot } from "../project/source-files.ts";
import type { Answer } from "../runners/lab.ts";
import { startBucketLab } from "./bucket-lab.ts";
import type { S3Habits } from "./s3-server.ts";

const patience = { timeout: 120_000 };
const body = Buffer.alloc(70 * 1024 * 1024, "0123456789");
const large: Answer = (_, response) => void response.end(body);
const isPiece = ({ url = "" }: { url?: string | undefined }): boolean => url.includes("partNumber=");

test("a name that is taken is seen before a piece is sent", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context, large);
	await s3.put("some/place/large", "of somebody else");
	const { summary } = await lab.run(["/large"], { ...values, onExists: "fail" });
	assert.deepEqual(summary.errors, { exists: 1 });
	assert(!s3.requests.some((request) => request.includes("partNumber=")));
});

for (const conditions of ["kept", "of one request"] satisfies S3Habits["conditions"][]) {
	test(
		`what comes to be there while pieces are sent is not overwritten; conditions: ${conditions}`,
		patience,
		async (context) => {
			const { lab, s3, values } = await startBucketLab(context, large, { conditions });
			let meanwhile: Promise<void> | undefined;
			s3.faults.push({
				fits: ({ method, url }) => {
					// By now it was looked whether the name is free.
					if (method === "POST" && url?.includes("uploads")) {
						meanwhile ??= s3.put("some/place/large", "of somebody else");
					}
					return false;
				},
				kind: 500,
			});
			const { outcomes } = await lab.run(["/large"], values);
			await meanwhile;
			assert.equal(outcomes[0]?.file, "large (1)", JSON.stringify(outcomes));
			assert.equal(String(await s3.read("some/place/large")), "of somebody else");
			assert((await s3.read("some/place/large (1)")).equals(body));
			assert.deepEqual(await s3.keys(), ["some/place/large", "some/place/large (1)"]);
			assert.equal(s3.unfinished.size, 0);
		},
	);
}

test("a store that says nothing any more holds up no stop", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context, large);
	const stop = new AbortController();
	let at = 0;
	const fits = ({ method, url = "" }: { method?: string | undefined; url?: string | undefined }): boolean => {
		if (at === 0 && isPiece({ url }) && url.includes("/large")) {
			at = performance.now();
			stop.abort(new Error("enough"));
		}
		return at > 0 && method === "DELETE";
	};
	for (let n = 0; n < 100; n++) s3.faults.push({ fits, kind: "silence" });
	const { summary } = await lab.run(["/large"], values, { signal: stop.signal });
	assert.equal(summary.cancelled, 1);
	assert(performance.now() - at < 20_000);
});

test("what a killed run has sent of a file is removed by the next one", patience, async (context) => {
	const { lab, s3 } = await startBucketLab(context, large);
	await writeFile(join(lab.dir, "list"), `${lab.url}/large\n`);
	const args = ["list", "-d", "journal", "--sink", `s3://${s3.bucket}/some/place`, "--progress", "none"];
	const child = spawn(process.execPath, [`${projectRoot}src/cli/main.ts`, ...args], { cwd: lab.dir, stdio: "ignore" });
	const isLarge = (request: string): boolean => request.includes("/large?") && request.includes("partNumber=2");
	while (!s3.requests.some(isLarge) || s3.unfinished.size === 0) await sleep(5);
	child.kill("SIGKILL");
	await once(child, "exit");
	const left = [...s3.unfinished];
	assert(left.length > 0);
	const { code, stderr } = await downspout(args, { cwd: lab.dir, env: s3.env });
	assert.equal(code, 0, stderr);
	assert((await s3.read("some/place/large")).equals(body));
	assert.deepEqual([...s3.unfinished], []);
	assert.deepEqual(await s3.keys(), ["some/place/large"]);
});
