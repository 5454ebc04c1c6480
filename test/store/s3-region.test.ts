/** Buckets of another region than the one that was asked for: what a store says of that is followed, and leads to no other host. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { serve } from "../download/serve.ts";
import { echo, startBucketLab } from "./bucket-lab.ts";
import type { S3Server, Told } from "./s3-server.ts";

const patience = { timeout: 60_000 };
const sizes: Readonly<Record<string, number>> = { "/medium": 3 * 1024 * 1024, "/large": 70 * 1024 * 1024 };

const errorOf = (code: string, more = ""): string =>
	`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message>${more}</Error>`;

async function startLab(context: TestContext) {
	return startBucketLab(context, (request, response) => {
		const size = sizes[request.url ?? ""];
		return size === undefined ? void echo(request, response) : void response.end(Buffer.alloc(size, "0123456789"));
	});
}

/** Answers so to whoever signs for another region than that of the bucket. @returns How often that was. */
function move(s3: S3Server, region: string, told: () => Told): () => number {
	let asked = 0;
	const here = new RegExp(`Credential=[^,]*/${region}/s3/`);
	s3.faults.push({
		fits({ headers }) {
			const isElsewhere = !here.test(headers.authorization ?? "");
			if (isElsewhere) asked++;
			return isElsewhere;
		},
		get kind() {
			return told();
		},
		stays: true,
	});
	return () => asked;
}

const region = "eu-west-1";
const ways: Readonly<Record<string, Told>> = {
	"301 with a header": {
		status: 301,
		headers: { "x-amz-bucket-region": region },
		body: errorOf("PermanentRedirect"),
	},
	"307 with a header": {
		status: 307,
		headers: { "x-amz-bucket-region": region, Location: "http://nowhere.invalid/" },
		body: errorOf("TemporaryRedirect"),
	},
	"307 to a host of that region": {
		status: 307,
		headers: { Location: `https://files.s3-${region}.amazonaws.com/some/place` },
		body: errorOf("TemporaryRedirect"),
	},
	"301 with an endpoint": {
		status: 301,
		body: errorOf("PermanentRedirect", `<Endpoint>files.s3.${region}.amazonaws.com</Endpoint>`),
	},
	"400 with the region in its text": {
		status: 400,
		body: errorOf("AuthorizationHeaderMalformed", `<Region>${region}</Region>`),
	},
};

for (const [name, told] of Object.entries(ways)) {
	test(`${name}: followed, and once for all`, patience, async (context) => {
		const { lab, s3, values } = await startLab(context);
		const paths = [...Array.from({ length: 12 }, (_, n) => `/${n}.txt`), ...Object.keys(sizes)];
		const asked = move(s3, region, () => told);
		const { summary } = await lab.run(paths, { ...values, retries: 0, concurrency: 4 });
		assert.deepEqual([summary.saved, summary.errors], [14, {}]);
		for (const [path, bytes] of Object.entries(sizes))
			assert((await s3.read(`some/place${path}`)).equals(Buffer.alloc(bytes, "0123456789")));
		// The check before the run, the run, and what tidies up after it: each with what it had on the way.
		assert(asked() <= 12, `${asked()} requests went to the wrong region`);
		// The first request of the next run is a HEAD, whose answer has no room for a reason.
		const again = await lab.run(paths, { ...values, retries: 0 });
		assert.deepEqual([again.summary.skipped, again.summary.saved], [14, 0]);
	});
}

for (const [name, told] of [
	[
		"another host",
		(url: string): Told => ({ status: 307, headers: { Location: url }, body: errorOf("TemporaryRedirect") }),
	],
	[
		"an endpoint",
		(url: string): Told => ({
			status: 301,
			body: errorOf("PermanentRedirect", `<Endpoint>${new URL(url).host}</Endpoint>`),
		}),
	],
	[
		"a region that is a host",
		(url: string): Told => ({
			status: 301,
			headers: { "x-amz-bucket-region": `${new URL(url).host}/`, Location: url },
			body: "",
		}),
	],
] as const) {
	test(`${name}: no signature goes there, and the message names it`, patience, async (context) => {
		const { lab, s3, values } = await startLab(context);
		const other = await serve(context, (_, response) => response.end());
		move(s3, region, () => told(other.url));
		await assert.rejects(lab.run(["/a"], values), (error: Error) => {
			assert.match(error.message, new RegExp(`cannot be used: .*${new URL(other.url).host}.*AWS_ENDPOINT_URL_S3`));
			return Reflect.get(error, "code") === "sink_unusable";
		});
		assert.deepEqual([lab.requests.length, other.requests.length], [0, 0]);
	});
}

test("a store that never knows where the bucket is ends it after a few requests", patience, async (context) => {
	const { lab, s3, values } = await startLab(context);
	let n = 0;
	const asked = move(s3, "none", () => ({
		status: 301,
		headers: { "x-amz-bucket-region": `region-${n++}` },
		body: errorOf("PermanentRedirect"),
	}));
	await assert.rejects(lab.run(["/a"], values), /PermanentRedirect/);
	assert(asked() <= 10, `${asked()} requests`);
});
