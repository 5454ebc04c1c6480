/** Handshakes that come to nothing: what the server means is final, what broke on the way is tried again. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { createServer as createTlsServer, type SecureVersion, type TlsOptions } from "node:tls";
import { createCertificate } from "../../src/origin/certificate.ts";
import { contentOf, runList } from "../run/run-list.ts";

const { certificate: cert, key } = await createCertificate(["127.0.0.1"]);

async function listen(context: TestContext, server: Server): Promise<number> {
	const sockets = new Set<Socket>();
	server.on("connection", (socket: Socket) => {
		sockets.add(socket);
		socket.on("error", () => socket.destroy());
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	return address.port;
}

/** Answers every request with a text. */
function serveText(context: TestContext, options: TlsOptions = {}): Promise<number> {
	const server = createTlsServer({ cert, key, ...options }, (socket) => {
		socket.on("error", () => socket.destroy());
		socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext"));
	});
	return listen(context, server);
}

async function fetchFrom(context: TestContext, port: number) {
	const options = { insecure: true, retries: 2 };
	const { outcomes, dir } = await runList(context, `https://127.0.0.1:${port}/f`, { options });
	const [outcome] = outcomes;
	assert.ok(outcome);
	return { outcome, dir };
}

for (const version of ["TLSv1.2", "TLSv1.3"] satisfies SecureVersion[]) {
	test(`a certificate of the client is wanted, ${version}: tls, and the server is not asked again`, async (context) => {
		const options = { requestCert: true, rejectUnauthorized: true, minVersion: version, maxVersion: version };
		const { outcome } = await fetchFrom(context, await serveText(context, options));
		assert.deepEqual([outcome.error?.code, outcome.attempts], ["tls", 1], outcome.error?.message ?? "");
		assert.match(outcome.error?.message ?? "", /certificate required|handshake failure/);
	});
}

/** Alerts that end the handshake (RFC 8446, 6), by whether they may pass. */
const alerts: readonly (readonly [name: string, code: number, passes: boolean])[] = [
	["bad_record_mac", 20, true],
	["decrypt_error", 51, true],
	["internal_error", 80, true],
	["user_canceled", 90, true],
	["handshake_failure", 40, false],
	["access_denied", 49, false],
	["protocol_version", 70, false],
	["unrecognized_name", 112, false],
];
for (const [name, code, passes] of alerts) {
	test(`the alert ${name} within the handshake: ${passes ? "tried again" : "final"}`, async (context) => {
		let connections = 0;
		const onwards = await serveText(context);
		const server = createServer((socket) => {
			if (++connections > 1) return void socket.pipe(connect(onwards, "127.0.0.1")).pipe(socket);
			socket.once("data", () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, code])));
		});
		const { outcome, dir } = await fetchFrom(context, await listen(context, server));
		assert.deepEqual(
			[outcome.status, outcome.attempts],
			passes ? ["saved", 2] : ["failed", 1],
			outcome.error?.message ?? "",
		);
		if (passes) assert.equal(contentOf(dir, "f"), "text");
		else assert.equal(outcome.error?.code, "tls");
	});
}

test("a record of the handshake that is broken on its way: tried again", async (context) => {
	const onwards = await serveText(context);
	let connections = 0;
	const server = createServer((socket) => {
		const isFirst = ++connections === 1;
		let passed = 0;
		const peer = connect(onwards, "127.0.0.1").on("error", () => socket.destroy());
		socket.pipe(peer);
		peer.on("data", (data: Buffer) => {
			const at = 600 - passed;
			passed += data.length;
			if (isFirst && at >= 0 && at < data.length) data.writeUInt8((data[at] ?? 0) ^ 0xff, at);
			socket.write(data);
		});
		peer.on("close", () => socket.destroy());
	});
	const { outcome, dir } = await fetchFrom(context, await listen(context, server));
	assert.deepEqual([outcome.status, outcome.attempts], ["saved", 2], outcome.error?.message ?? "");
	assert.equal(contentOf(dir, "f"), "text");
});
