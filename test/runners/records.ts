/** What a run comes to is the same with every method: files, names, retries, records, and what the next run passes over. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RunEvent } from "../../src/core/event.ts";
import type { Method, Model } from "../../src/core/outcome.ts";
import { type Answer, type Finished, namesakes, startLab } from "./lab.ts";

const modelsOf: Readonly<Record<Method, readonly Model[]>> = {
	async: ["async"],
	threads: ["threads"],
	processes: ["processes"],
	mix: ["async", "processes", "threads"],
	auto: ["async", "threads"],
	cluster: ["cluster"],
};

/** The body of a file is its path. */
const echo: Answer = (request, response) => void response.end(request.url);

const numbered = (count: number, name: (n: number) => string): string[] =>
	Array.from({ length: count }, (_, n) => name(n));

export function testRecords(method: Method): void {
	test(`${method}: every outcome tells where it ran, the counts are theirs, and a rerun asks for nothing`, async (context) => {
		const lab = await startLab(context, method, (request, response) => {
			if (request.url?.startsWith("/missing")) response.statusCode = 404;
			echo(request, response);
		});
		const paths = [...numbered(60, (n) => `/${n}.txt`), "/missing", "/7.txt", "ftp://nowhere/x"];
		const { summary, outcomes } = await lab.run(paths);
		assert.equal(outcomes.length, paths.length);
		const { saved, duplicates, failed, errors, total } = summary;
		assert.deepEqual([saved, duplicates, failed, total], [60, 1, 2, 63]);
		assert.deepEqual(errors, { http_404: 1, unsupported_scheme: 1 });
		const savers = outcomes.filter(({ status }) => status === "saved");
		assert(savers.every(({ worker }) => worker >= 1));
		const models = [...new Set(savers.map((outcome) => outcome.method))].sort();
		if (method === "auto") assert(models.every((model) => modelsOf.auto.includes(model)));
		else assert.deepEqual(models, modelsOf[method]);
		for (const { file, url } of savers) {
			assert.equal(String(await lab.read(file)), new URL(url).pathname);
		}
		await assertNothingLeft(lab.dir);

		const asked = lab.requests.length;
		const again = await lab.run(paths);
		assert.equal(again.summary.skipped, 60);
		assert.deepEqual(
			lab.requests.slice(asked).map(({ url }) => url),
			["/missing"],
		);
	});

	test(`${method}: where an entry ended, if elsewhere than listed, and of what type its answer was, is told`, async (context) => {
		const lab = await startLab(context, method, ({ url }, response) => {
			response.setHeader("content-type", "text/html");
			if (url === "/from") response.writeHead(302, { location: "/login?x" });
			else if (url === "/refused") response.writeHead(302, { location: "/missing" });
			else if (url === "/missing") response.statusCode = 404;
			response.end("text");
		});
		const { outcomes } = await lab.run(["/from", "/refused", "/plain"]);
		const told = outcomes.map(({ url, status, finalUrl, contentType }) => [url, status, finalUrl, contentType]);
		assert.deepEqual(told.sort(), [
			[`${lab.url}/from`, "saved", `${lab.url}/login?x`, "text/html"],
			[`${lab.url}/plain`, "saved", undefined, "text/html"],
			[`${lab.url}/refused`, "failed", `${lab.url}/missing`, "text/html"],
		]);
	});

	test(`${method}: what fails in passing is tried again`, async (context) => {
		const seen = new Map<string, number>();
		const lab = await startLab(context, method, (request, response) => {
			const nth = (seen.get(request.url ?? "") ?? 0) + 1;
			seen.set(request.url ?? "", nth);
			if (nth === 1) request.socket.destroy();
			else if (nth === 2) response.writeHead(503, { Connection: "close" }).end("later");
			else echo(request, response);
		});
		const { summary, outcomes } = await lab.run(numbered(20, (n) => `/${n}`));
		assert.deepEqual([summary.saved, summary.retries], [20, 40]);
		assert(outcomes.every(({ attempts, httpStatus }) => attempts === 3 && httpStatus === 200));
	});

	test(`${method}: ${namesakes()} files of one name all get their own`, async (context) => {
		const count = namesakes();
		const lab = await startLab(context, method, echo);
		const { summary, outcomes } = await lab.run(numbered(count, (n) => `/${n}/same.txt`));
		assert.equal(summary.saved, count);
		const names = numbered(count, (n) => (n === 0 ? "same.txt" : `same (${n}).txt`));
		assert.deepEqual(outcomes.map(({ file }) => file).sort(), names.sort());
		for (const { file, url } of outcomes) {
			assert.equal(String(await lab.read(file)), new URL(url).pathname);
		}
	});

	test(`${method}: two runs of one list in one folder at once both end with every file whole`, async (context) => {
		const lab = await startLab(context, method, (request, response) => {
			setTimeout(() => response.end(request.url), 3);
		});
		const paths = numbered(120, (n) => `/${n}.txt`);
		// The second one begins when the first one is half done, and sees that end.
		let second: Promise<Finished> | undefined;
		let ended = 0;
		const onEvent = ({ type }: RunEvent): void => {
			if (type === "ended" && ++ended === 60) second = lab.run(paths);
		};
		const first = await lab.run(paths, {}, { onEvent });
		assert.equal(first.summary.saved, 120);
		const outcomes = [first, await second].flatMap((run) => run?.outcomes ?? []);
		assert.equal(outcomes.length, 240);
		for (const { status, file, url } of outcomes) {
			assert.match(status, /^(saved|skipped)$/);
			assert.equal(String(await lab.read(file)), new URL(url).pathname);
		}
		await assertNothingLeft(lab.dir);
	});
}

/** No worker leaves anything behind, however it ended. */
export async function assertNothingLeft(dir: string): Promise<void> {
	const left = await Promise.all(["parts", "owners"].map((name) => readdir(join(dir, ".downspout", name))));
	assert.deepEqual(left.flat(), []);
}
