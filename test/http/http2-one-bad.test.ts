/** One request, or one answer, for which a session of HTTP/2 ends: the others that share it are none the worse. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { byLine, runList } from "../run/run-list.ts";
import { frames, serveFrames } from "./http2-servers.ts";

const always = { http2: "always", retries: 0 } as const;
const { settings, headers, data, goaway, long } = frames;

test("one answer that breaks its session, among many: only that entry fails", async (context) => {
	const { failed, connections, requests } = await runWithBad(context, [20], { answer: () => long(0, 2 ** 24 - 1) });
	assert.deepEqual(failed, [[21, "protocol"]]);
	assert.ok(connections < 12, `${connections} connections`);
	assert.ok(requests < 120, `${requests} requests`);
});

const endings = {
	"as one that it has seen": (stream: number) => goaway(stream, 1),
	"as if it had seen none": () => goaway(0, 9),
};

for (const [what, answer] of Object.entries(endings)) {
	test(`requests that a server ends its sessions for, ${what}: only those entries fail`, async (context) => {
		const { failed } = await runWithBad(context, [20, 21, 25], { answer, waitMs: 20 });
		assert.deepEqual(failed, [
			[21, "protocol"],
			[22, "protocol"],
			[26, "protocol"],
		]);
	});
}

type BadAnswer = { readonly answer: (stream: number) => Buffer; readonly waitMs?: number };

/** 60 entries, 16 at once, of which those get an answer of their own, and the others a good one after a wait. */
async function runWithBad(context: TestContext, bad: readonly number[], { answer, waitMs = 0 }: BadAnswer) {
	let requests = 0;
	const { url, connections } = await serveFrames(context, ({ socket, onRequest }) => {
		socket.write(settings());
		onRequest((stream, bytes) => {
			requests++;
			const good = Buffer.concat([headers(stream), data(stream, "text", true)]);
			const send = (): void => void socket.write(bytes > 200 ? answer(stream) : good);
			if (bytes > 200 || waitMs === 0) setImmediate(send);
			else setTimeout(send, waitMs);
		});
	});
	const names = Array.from({ length: 60 }, (_, n) => (bad.includes(n) ? `${n}${"bad-".repeat(200)}` : `f${n}`));
	const list = names.map((name) => `${url}/${name}`).join("\n");
	const { outcomes } = await runList(context, list, { options: { ...always, concurrency: 16, perHost: 16 } });
	const failed = byLine(outcomes).filter(({ status }) => status !== "saved");
	return { failed: failed.map(({ line, error }) => [line, error?.code]), connections: connections(), requests };
}

test("a large body that is under way goes on where it was when a server ends the session for another request", async (context) => {
	const half = "x".repeat(10_000);
	const { url } = await serveFrames(context, ({ socket, onRequest }) => {
		socket.write(settings());
		onRequest((stream, bytes) => {
			// The one with a long name is refused, with all that the session has.
			if (bytes > 200) {
				setTimeout(() => socket.write(goaway(stream, 1)), 50);
				return;
			}
			socket.write(Buffer.concat([headers(stream, [["content-length", "20000"]]), data(stream, half, false)]));
			setTimeout(() => socket.write(data(stream, half, true)), 100);
		});
	});
	const list = `${url}/large\n${url}/${"bad-".repeat(200)}`;
	const { outcomes } = await runList(context, list, {
		options: { ...always, retries: 5, concurrency: 2, perHost: 2 },
	});
	const ends = byLine(outcomes).map(({ status, error }) => error?.code ?? status);
	assert.deepEqual(ends, ["saved", "protocol"]);
});
