/** A store that refuses names as taken, and has nothing there: it ends, and no name counts as taken for another refusal. */
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import type { OptionValues } from "../../src/core/option-values.ts";
import type { Answer } from "../runners/lab.ts";
import { startBucketLab } from "./bucket-lab.ts";

const patience = { timeout: 120_000 };
const body = Buffer.alloc(70 * 1024 * 1024, "0123456789");
const large: Answer = (_, response) => void response.end(body);
const ofFile = ({ url = "" }: IncomingMessage): boolean => !url.includes("/.downspout/");

const cases: readonly {
	readonly name: string;
	readonly fits: (request: IncomingMessage) => boolean;
	readonly answer?: Answer;
	readonly options?: OptionValues;
	readonly message: RegExp;
}[] = [
	{
		name: "all names of a small file",
		fits: (request) => request.method === "PUT" && ofFile(request),
		message: /\(\d+\)\.txt cannot be stored: the store says that its name is taken, and that nothing is there/,
	},
	{
		name: "its only name",
		fits: (request) => request.method === "PUT" && ofFile(request),
		options: { onExists: "skip" },
		message: /^a\.txt cannot be stored: the store says that its name is taken/,
	},
	{
		name: "all names of a large file",
		fits: (request) => request.method === "POST" && ofFile(request) && !request.url?.includes("?uploads"),
		answer: large,
		message: /nothing is there/,
	},
	{
		name: "the beginning of an upload, which has no condition",
		fits: ({ method, url = "" }) => method === "POST" && url.includes("uploads"),
		answer: large,
		message: /a\.txt cannot be stored: /,
	},
	{
		name: "a piece, which has no condition",
		fits: (request) => ofFile(request) && (request.url ?? "").includes("partNumber="),
		answer: large,
		message: /a\.txt cannot be stored: /,
	},
];

for (const { name, fits, answer, options, message } of cases) {
	test(`412 for ${name}`, patience, async (context) => {
		const { lab, s3, values } = await startBucketLab(context, answer);
		for (let n = 0; n < 1000; n++) s3.faults.push({ fits, kind: 412 });
		const { outcomes, summary } = await lab.run(["/1/a.txt"], { ...values, ...options });
		assert.deepEqual(summary.errors, { io: 1 }, JSON.stringify(outcomes));
		assert.match(outcomes[0]?.error?.message ?? "", message);
		assert.deepEqual(
			(await s3.keys()).filter((key) => !key.includes(".downspout/")),
			[],
		);
	});
}

test("a store that says of every name that it is there", patience, async (context) => {
	const { lab, s3, values } = await startBucketLab(context);
	await s3.put("some/place/a.txt", "of somebody else");
	for (let n = 0; n < 1000; n++)
		s3.faults.push({ fits: (request) => request.method === "HEAD" && ofFile(request), kind: 200 });
	const { summary } = await lab.run(["/1/a.txt"], { ...values, retries: 0 });
	assert.deepEqual(summary.errors, { io: 1 });
});

test(
	"a store that says of every name that it is free, then that it is taken, and then that it is there",
	patience,
	async (context) => {
		const { lab, s3, values } = await startBucketLab(context);
		const refused = new Set<string | undefined>();
		const isRefused = (request: IncomingMessage): boolean => {
			const fits = request.method === "PUT" && ofFile(request);
			if (fits) refused.add(request.url?.split("?", 1)[0]);
			return fits;
		};
		for (let n = 0; n < 5000; n++) {
			s3.faults.push({ fits: isRefused, kind: 412 });
			s3.faults.push({ fits: ({ method, url }) => method === "HEAD" && refused.has(url), kind: 200 });
		}
		const { summary, outcomes } = await lab.run(["/1/a.txt"], { ...values, retries: 0 });
		assert.deepEqual(summary.errors, { io: 1 });
		assert.match(outcomes[0]?.error?.message ?? "", /free and then taken/);
	},
);
