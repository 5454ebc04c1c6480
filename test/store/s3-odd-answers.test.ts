/** Answers that are not what they seem: a status of 200 over an error or a page, credentials that expire, a clock that is wrong. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { echo, startBucketLab } from "./bucket-lab.ts";
import type { Fault, S3Server } from "./s3-server.ts";

const patience = { timeout: 60_000 };
const largeBytes = 70 * 1024 * 1024;
const large = Buffer.alloc(largeBytes, "0123456789");

const errorOf = (code: string): string =>
	`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
const page = { status: 200, headers: { "Content-Type": "text/html" }, body: "<html>Please log in</html>" };
const hidden = { status: 200, body: errorOf("InternalError") };

type Case = {
	readonly name: string;
	readonly path?: "/large";
	readonly fits: (request: IncomingMessage) => boolean;
	readonly kind: Fault["kind"];
};

const isPut = ({ method, url = "" }: IncomingMessage): boolean => method === "PUT" && url.includes("/a.txt");
const isPiece = ({ url = "" }: IncomingMessage): boolean => /\/large\?.*partNumber=2/.test(url);
const isBegin = ({ method, url = "" }: IncomingMessage): boolean => method === "POST" && /\/large\?uploads/.test(url);
const isEnd = ({ method, url = "" }: IncomingMessage): boolean => method === "POST" && /\/large\?uploadId/.test(url);
const isNote = ({ method, url = "" }: IncomingMessage): boolean =>
	method === "PUT" && url.includes("/.downspout/uploads/");

const cases: readonly Case[] = [
	{ name: "an error, for an object", fits: isPut, kind: hidden },
	{ name: "a page, for an object", fits: isPut, kind: page },
	{ name: "an error, for a piece", path: "/large", fits: isPiece, kind: hidden },
	{ name: "a page, for a piece", path: "/large", fits: isPiece, kind: page },
	{ name: "a page, for the beginning of an upload", path: "/large", fits: isBegin, kind: page },
	{ name: "a page, where an upload is noted", path: "/large", fits: isNote, kind: page },
	{ name: "an error, for the end of an upload", path: "/large", fits: isEnd, kind: hidden },
	{ name: "a page, for the end of an upload", path: "/large", fits: isEnd, kind: page },
];

async function startLab(context: Parameters<typeof startBucketLab>[0]) {
	return startBucketLab(context, (request, response) =>
		request.url === "/large" ? void response.end(large) : echo(request, response),
	);
}

for (const { name, path = "/a.txt", fits, kind } of cases) {
	test(`status 200 over ${name}: it is asked again, and stored once and whole`, patience, async (context) => {
		const { lab, s3, values } = await startLab(context);
		let asked = 0;
		const counts = (request: IncomingMessage): boolean => fits(request) && ++asked < 0;
		s3.faults.push({ fits: counts, kind }, { fits, kind });
		const { summary } = await lab.run([path], { ...values, retries: 0 });
		assert.deepEqual([summary.saved, summary.errors], [1, {}]);
		assert.equal(asked, 2);
		assert.deepEqual(await s3.keys(), [`some/place${path}`]);
		assert((await s3.read(`some/place${path}`)).equals(path === "/large" ? large : Buffer.from(path)));
	});
}

test("a page for every object: nothing counts as saved, whoever asks", patience, async (context) => {
	const { lab, s3, values } = await startLab(context);
	for (const leads of [false, true]) {
		// Where a redirect leads the SDK may know: it makes the request then.
		if (leads) s3.faults.unshift({ fits: isPut, kind: 301 });
		s3.faults.push({ fits: isPut, kind: page, stays: true });
		const { summary, outcomes } = await lab.run(["/a.txt"], { ...values, retries: 0 });
		assert.deepEqual(summary.errors, { io: 1 });
		assert.match(outcomes[0]?.error?.message ?? "", /not that of an S3 store/);
		s3.faults.splice(0);
	}
});

/** A file of credentials in the place of those of the environment. */
function useFile(context: Parameters<typeof startBucketLab>[0], folder: string): (id: string) => void {
	const file = join(folder, "credentials");
	const ours = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: join(folder, "none") };
	for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]) delete process.env[name];
	Object.assign(process.env, ours);
	context.after(() => {
		for (const name of Object.keys(ours)) delete process.env[name];
	});
	return (id) => {
		const lines = ["[default]", `aws_access_key_id=${id}`, "aws_secret_access_key=test", "aws_session_token=a token"];
		writeFileSync(file, lines.join("\n"));
	};
}

/** From now on nobody is let in who signs like this. */
function refuse(s3: S3Server, signed: RegExp, kind: Fault["kind"]): void {
	s3.faults.push({ fits: ({ headers }) => signed.test(headers.authorization ?? ""), kind, stays: true });
}

test(
	"credentials that expire within a run: those that stand in their file by then are used",
	patience,
	async (context) => {
		let onAsked = (): void => {};
		const { lab, s3, values } = await startBucketLab(context, (request, response) => {
			if (request.url === "/10.txt") onAsked();
			echo(request, response);
		});
		const write = useFile(context, lab.dir.replace(/[^/]*$/, ""));
		write("OLD");
		onAsked = () => {
			write("NEW");
			refuse(s3, /Credential=OLD/, { status: 400, body: errorOf("ExpiredToken") });
		};
		const paths = Array.from({ length: 40 }, (_, n) => `/${n}.txt`);
		const { summary } = await lab.run(paths, { ...values, retries: 0, concurrency: 4 });
		assert.deepEqual([summary.saved, summary.errors], [40, {}]);
		assert.equal((await s3.keys()).length, 40);
		// Where nothing else stands there, that is the end of it.
		refuse(s3, /Credential=NEW/, { status: 400, body: errorOf("ExpiredToken") });
		await assert.rejects(lab.run(["/b.txt"], values), /ExpiredToken/);
	},
);

test("a clock that is wrong by an hour: the store's own counts", patience, async (context) => {
	const { lab, s3, values } = await startLab(context);
	const right = Date.now() + 3_600_000;
	const isLate = ({ headers }: IncomingMessage): boolean => {
		const [, day = "", hour = "", minute = ""] = /^(\d{8})T(\d\d)(\d\d)/.exec(String(headers["x-amz-date"])) ?? [];
		const date = day.replace(/(....)(..)(..)/, "$1-$2-$3");
		return Math.abs(Date.parse(`${date}T${hour}:${minute}:00Z`) - right) > 900_000;
	};
	const headers = { Date: new Date(right).toUTCString() };
	s3.faults.push({ fits: isLate, kind: { status: 403, headers, body: errorOf("RequestTimeTooSkewed") }, stays: true });
	const { summary } = await lab.run(["/a.txt", "/b.txt", "/large"], { ...values, retries: 0 });
	assert.deepEqual([summary.saved, summary.errors], [3, {}]);
});
