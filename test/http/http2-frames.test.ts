/** Frames that no server should send, on bare sockets: a clear code, bounded memory, and the other entries go on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contentOf, runList } from "../run/run-list.ts";
import { type FrameHandler, frames, hpackNumber, serveFrames } from "./http2-servers.ts";

const always = { http2: "always", retries: 0 } as const;
const { settings, headers, data, reset, goaway, block, continuation, long } = frames;

/** Sends settings, and then this for each request. */
function answering(answer: (stream: number) => readonly Buffer[]): FrameHandler {
	return ({ socket, onRequest }) => {
		socket.write(settings());
		onRequest((stream) => socket.write(Buffer.concat(answer(stream))));
	};
}

type Case = {
	readonly name: string;
	readonly handler: FrameHandler;
	/** Absent where the file is saved. */
	readonly code?: string;
	readonly retries?: number;
	readonly attempts?: number;
};

const cases: readonly Case[] = [
	{ name: "a small answer", handler: answering((stream) => [headers(stream), data(stream, "text", true)]) },
	{
		name: "a length that is met",
		handler: answering((stream) => [
			headers(stream, [["content-length", "4"]]),
			data(stream, "te", false),
			data(stream, "xt", true),
		]),
	},
	{
		name: "an end of the stream without an error behind the body",
		handler: answering((stream) => [headers(stream), data(stream, "text", true), reset(stream, 0)]),
	},
	{
		name: "no settings at all",
		handler: ({ socket, onRequest }) => onRequest((stream) => socket.write(headers(stream))),
		code: "protocol",
	},
	{ name: "settings and then nothing", handler: ({ socket }) => socket.write(settings()), code: "timeout" },
	{ name: "nothing", handler: () => undefined, code: "timeout" },
	{ name: "a close at once", handler: ({ socket }) => socket.end(), code: "reset" },
	{ name: "a close at the request", handler: ({ socket, onRequest }) => onRequest(() => socket.end()), code: "reset" },
	...[0, 1, 2, 3, 5, 8, 9, 11, 13, 99].map(
		(error): Case => ({
			name: `RST_STREAM ${error} for every stream`,
			handler: answering((stream) => [reset(stream, error)]),
			code: [1, 3, 5, 9, 13].includes(error) ? "protocol" : "reset",
		}),
	),
	{
		name: "REFUSED_STREAM for every stream",
		handler: answering((stream) => [reset(stream, 7)]),
		code: "reset",
		retries: 1,
		attempts: 2,
	},
	...["at once", "with the first request"].map(
		(when): Case => ({
			name: `REFUSED_STREAM for every stream on one session after the other, as no stream is allowed, which is said ${when}`,
			handler({ socket, onRequest }) {
				const none = settings([[3, 0]]);
				if (when === "at once") socket.write(none);
				onRequest((stream) => {
					socket.write(when === "at once" ? reset(stream, 7) : Buffer.concat([none, reset(stream, 7)]));
					setTimeout(() => socket.end(), 10);
				});
			},
			code: "reset",
			retries: 1,
			attempts: 2,
		}),
	),
	{
		name: "a body that is shorter than announced",
		handler: answering((stream) => [headers(stream, [["content-length", "9"]]), data(stream, "text", true)]),
		code: "truncated",
	},
	{
		name: "an end without an error before the body is complete",
		handler: answering((stream) => [
			headers(stream, [["content-length", "9"]]),
			data(stream, "text", false),
			reset(stream, 0),
		]),
		code: "truncated",
	},
	{
		name: "an end without an error within a body without a length",
		handler: answering((stream) => [headers(stream), data(stream, "text", false), reset(stream, 0)]),
		code: "truncated",
	},
	{
		name: "the same, a moment later",
		handler: ({ socket, onRequest }) => {
			socket.write(settings());
			onRequest((stream) => {
				socket.write(Buffer.concat([headers(stream), data(stream, "text", false)]));
				setTimeout(() => socket.write(reset(stream, 0)), 50);
			});
		},
		code: "truncated",
	},
	{
		name: "an end without an error behind a body of the announced length",
		handler: answering((stream) => [
			headers(stream, [["content-length", "4"]]),
			data(stream, "text", false),
			reset(stream, 0),
		]),
	},
	{
		name: "a body that is longer than announced",
		handler: answering((stream) => [headers(stream, [["content-length", "2"]]), data(stream, "text", true)]),
		code: "protocol|reset",
	},
	{
		name: "RST_STREAM within the body",
		handler: answering((stream) => [headers(stream), data(stream, "te", false), reset(stream, 2)]),
		code: "reset",
	},
	{
		name: "a close within the body, without a length",
		handler: ({ socket, onRequest }) => {
			socket.write(settings());
			onRequest((stream) => socket.end(Buffer.concat([headers(stream), data(stream, "te", false)])));
		},
		code: "truncated",
	},
	{
		name: "GOAWAY and a close within the body, without a length",
		handler: ({ socket, onRequest }) => {
			socket.write(settings());
			onRequest((stream) => {
				if (stream > 1) return;
				socket.write(Buffer.concat([headers(stream), data(stream, "te", false), goaway(stream, 0)]));
				setTimeout(() => socket.resetAndDestroy(), 20);
			});
		},
		code: "reset|truncated",
	},
	{ name: "GOAWAY for every request", handler: answering(() => [goaway(0, 0)]), code: "reset" },
	{ name: "GOAWAY that asks for calm", handler: answering(() => [goaway(0, 11)]), code: "reset" },
	{ name: "GOAWAY that wants HTTP/1.1", handler: answering(() => [goaway(0, 13)]), code: "protocol" },
	{
		name: "no status",
		handler: answering((stream) => [block(stream, Buffer.from([0x00, 1, 97, 1, 98]))]),
		code: "protocol",
	},
	{
		name: "a field name in upper case",
		handler: answering((stream) => [headers(stream, [["Server", "a"]], { ends: true })]),
		code: "protocol",
	},
	{
		name: "a head of 40,000 bytes",
		handler: answering((stream) => [
			headers(stream, [["x-a", "a".repeat(10_000)]], { isWhole: false }),
			...[1, 2, 3].map((n) => continuation(stream, literals("x-b", "b".repeat(10_000)), n === 3)),
			data(stream, "text", true),
		]),
	},
	{
		name: "a head of 80,000 bytes",
		handler: answering((stream) => [
			headers(stream, [["x-a", "a".repeat(16_000)]], { isWhole: false }),
			...[1, 2, 3, 4].map((n) => continuation(stream, literals("x-b", "b".repeat(16_000)), n === 4)),
			data(stream, "text", true),
		]),
		code: "protocol",
	},
	{
		name: "a field that says that it has 2^31 bytes",
		handler: answering((stream) => [
			block(stream, Buffer.concat([Buffer.from([0x88, 0x00, 1, 97]), hpackNumber(2 ** 31), Buffer.from("text")])),
		]),
		code: "protocol",
	},
	{
		name: "a head without an end",
		handler: ({ socket, onRequest }) => {
			socket.write(settings());
			onRequest((stream) => {
				socket.write(headers(stream, [], { isWhole: false }));
				const more = (): void => {
					while (!socket.destroyed && socket.write(continuation(stream, literals("x-b", "b".repeat(16_000)), false)));
					if (!socket.destroyed) socket.once("drain", more);
				};
				more();
			});
		},
		code: "protocol",
	},
	{
		name: "interim answers without an end",
		handler: ({ socket, onRequest }) => {
			socket.write(settings());
			onRequest((stream) => {
				const interim = block(
					stream,
					Buffer.concat([Buffer.from([0x08, 3]), Buffer.from("103"), literals("x-b", "b".repeat(8000))]),
				);
				const more = (): void => {
					while (!socket.destroyed && socket.write(interim));
					if (!socket.destroyed) socket.once("drain", more);
				};
				more();
			});
		},
		code: "protocol",
	},
	{ name: "a frame of 16 MiB", handler: answering(() => [long(0, 2 ** 24 - 1)]), code: "protocol" },
	{
		name: "settings that say 2^31 of everything",
		handler: ({ socket, onRequest }) => {
			socket.write(
				settings([
					[1, 2 ** 32 - 1],
					[3, 2 ** 32 - 1],
					[6, 2 ** 32 - 1],
				]),
			);
			onRequest((stream) => socket.write(Buffer.concat([headers(stream), data(stream, "text", true)])));
		},
	},
	{
		name: "settings that are not allowed",
		handler: ({ socket }) => socket.write(settings([[4, 2 ** 32 - 1]])),
		code: "protocol",
	},
	{
		name: "HTTP/1.1",
		handler: ({ socket }) => socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
		code: "protocol",
	},
	{
		name: "something else",
		handler: ({ socket }) => socket.write("220 mail.example ESMTP\r\n".repeat(10)),
		code: "protocol",
	},
];

function literals(name: string, value: string): Buffer {
	return Buffer.concat([
		Buffer.from([0, name.length]),
		Buffer.from(name),
		hpackNumber(value.length),
		Buffer.from(value),
	]);
}

for (const { name, handler, code, retries = 0, attempts = 1 } of cases) {
	test(`${name}: ${code ?? "saved"}`, async (context) => {
		const { url } = await serveFrames(context, handler);
		const options = { ...always, retries, ...(code === "timeout" ? { idleTimeoutMs: 400 } : {}), concurrency: 2 };
		const { outcomes, dir } = await runList(context, `${url}/a\n${url}/b`, { options });
		assert.equal(outcomes.length, 2);
		for (const { status, error, file } of outcomes) {
			if (code === undefined) {
				assert.equal(status, "saved", String(error?.message));
				assert.equal(contentOf(dir, file ?? ""), "text");
			} else assert.match(error?.code ?? status, new RegExp(`^(${code})$`), String(error?.message));
		}
		assert.deepEqual(
			outcomes.map((one) => one.attempts),
			[attempts, attempts],
		);
	});
}

test("a server that allows no stream, and says no more: the message says so, and other hosts are not held up", async (context) => {
	const { url } = await serveFrames(context, ({ socket }) => socket.write(settings([[3, 0]])));
	const other = await serveFrames(
		context,
		answering((stream) => [headers(stream), data(stream, "text", true)]),
	);
	const paths = Array.from({ length: 6 }, (_, n) => n);
	const list = [...paths.map((n) => `${url}/${n}`), ...paths.map((n) => `${other.url}/${n}`)].join("\n");
	const options = { ...always, retries: 1, idleTimeoutMs: 400, connectTimeoutMs: 400, concurrency: 4 } as const;
	const { outcomes, summary } = await runList(context, list, { options });
	assert.deepEqual([summary.saved, summary.errors], [6, { timeout: 6 }]);
	const messages = outcomes.flatMap(({ error }) => error?.message ?? []);
	assert(
		messages.some((message) => message.includes("it allows 0 streams at once")),
		messages.join("\n"),
	);
});
