/** Answers of a store that never end, a byte now and then, or as fast as they can: whatever asked gives up in time. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { digestOfObject, findObject } from "../../src/store/s3-own.ts";
import { putAtOnce } from "../../src/store/s3-put.ts";
import { openStore, type Store } from "../../src/store/s3-store.ts";

const { signal } = new AbortController();
const put = (store: Store) =>
	putAtOnce(
		store,
		{ key: "a", bytes: 1, content: { chunks: [Buffer.from("a")] }, metadata: {}, replaces: true },
		signal,
	);
const requests = {
	PUT: put,
	HEAD: (store: Store) => findObject(store, "a", signal),
	GET: (store: Store) => digestOfObject(store, "a", signal),
	DELETE: (store: Store) =>
		store.ask(
			(client, abortSignal) =>
				client.send(new store.sdk.DeleteObjectCommand({ Bucket: "files", Key: "a" }), { abortSignal }),
			signal,
		),
} as const;

type Trickle = { readonly head: string; readonly more: string; readonly everyMs: number };

/** A store that begins each answer with the same, and goes on with more of the same until nobody listens. */
async function openTrickling(context: TestContext, { head, more, everyMs }: Trickle): Promise<Store> {
	const server = createServer((socket) => {
		let timer: NodeJS.Timeout | undefined;
		const go = (): void => {
			if (socket.destroyed) return;
			if (everyMs > 0) {
				socket.write(more);
				timer = setTimeout(go, everyMs);
			} else if (socket.write(more)) setImmediate(go);
			else socket.once("drain", go);
		};
		socket.on("error", () => socket.destroy());
		socket.on("close", () => clearTimeout(timer));
		socket.once("data", () => {
			socket.write(head);
			go();
		});
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	assert(address !== null && typeof address === "object");
	const env = {
		AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${address.port}`,
		AWS_ACCESS_KEY_ID: "test",
		AWS_SECRET_ACCESS_KEY: "test",
		AWS_REGION: "us-east-1",
		AWS_EC2_METADATA_DISABLED: "true",
	};
	Object.assign(process.env, env);
	const store = await openStore({ name: "files", prefix: "" }, 2, answerMs);
	context.after(() => {
		store.close();
		server.close();
		for (const name of Object.keys(env)) delete process.env[name];
	});
	return store;
}

const answerMs = 400;
const okay = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const cases = [
	{
		name: "a body of blanks now and then",
		head: okay,
		more: "1\r\n \r\n",
		everyMs: 50,
		asked: ["PUT", "GET", "DELETE"],
	},
	{
		name: "a refusal without an end",
		head: okay.replace("200 OK", "403 Forbidden"),
		more: "1\r\n \r\n",
		everyMs: 50,
		asked: ["PUT", "GET", "DELETE"],
	},
	{ name: "a flood", head: okay, more: `1000\r\n${" ".repeat(4096)}\r\n`, everyMs: 0, asked: ["PUT", "GET"] },
	{
		name: "a head of some bytes now and then",
		head: "HTTP/1.1 200 OK\r\n",
		more: "a: b\r\n",
		everyMs: 50,
		asked: ["PUT", "HEAD", "GET", "DELETE"],
	},
	{
		name: "interim answers",
		head: "",
		more: "HTTP/1.1 102 Processing\r\n\r\n",
		everyMs: 50,
		asked: ["PUT", "HEAD", "GET", "DELETE"],
	},
] as const;

for (const { name, head, more, everyMs, asked } of cases) {
	for (const method of asked) {
		test(`${method}, answered with ${name}`, { timeout: 60_000 }, async (context) => {
			const store = await openTrickling(context, { head, more, everyMs });
			await assert.rejects(requests[method](store), {
				name: "StoreError",
				message: /did not end its answer within 0.4/,
			});
		});
	}
}
