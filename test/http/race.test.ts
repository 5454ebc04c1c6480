/** The race of addresses: whoever answers first is it, however slow, and one that refuses ends nothing. */
import assert from "node:assert/strict";
import { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { raceAddresses } from "../../src/http/race.ts";
import { freePort, serve } from "../download/serve.ts";

type Address = {
	readonly name: string;
	readonly delayMs?: number;
	readonly refuses?: boolean;
	readonly silent?: boolean;
};

/** Connects to each address in its own way; `silent` never comes about. */
async function race(context: TestContext, addresses: readonly Address[]): Promise<string> {
	const { port } = await serve(context, (_, response) => response.end());
	const closed = await freePort();
	const opened: string[] = [];
	const found = await new Promise<string>((resolve) => {
		raceAddresses({
			addresses: addresses.map(({ name }) => name),
			open(name) {
				opened.push(name);
				const { delayMs = 0, refuses, silent } = addresses.find((one) => one.name === name) ?? { delayMs: 0 };
				const socket = new Socket();
				Object.assign(socket, { called: name });
				if (!silent) setTimeout(() => socket.connect(refuses ? closed : port, "127.0.0.1"), delayMs);
				return socket;
			},
			onConnect(socket) {
				socket.destroy();
				resolve(String(Reflect.get(socket, "called")));
			},
			onError: (error) => resolve(`error ${"code" in error ? error.code : error.message}`),
		});
	});
	return `${found}; tried ${opened.join(" ")}`;
}

test("the first that answers is it, and no other is tried", async (context) => {
	const beganMs = performance.now();
	const found = await race(context, [{ name: "a" }, { name: "b" }]);
	// A machine that takes longer than the step for one connection tries the next one, and rightly so.
	const isSlow = performance.now() - beganMs >= 250;
	assert.match(found, isSlow ? /^a; tried a( b)?$/ : /^a; tried a$/);
});

test("one that refuses makes room for the next at once", async (context) => {
	assert.equal(await race(context, [{ name: "a", refuses: true }, { name: "b" }]), "b; tried a b");
});

test("one that answers late is not given up for others that refuse", async (context) => {
	assert.equal(
		await race(context, [
			{ name: "a", delayMs: 800 },
			{ name: "b", refuses: true },
		]),
		"a; tried a b",
	);
	assert.equal(
		await race(context, [
			{ name: "a", refuses: true },
			{ name: "b", delayMs: 800 },
		]),
		"b; tried a b",
	);
});

test("one that is silent holds up the next for a moment only", async (context) => {
	assert.equal(await race(context, [{ name: "a", silent: true }, { name: "b" }]), "b; tried a b");
});

test("where all fail the first failure is told", async (context) => {
	assert.equal(
		await race(context, [
			{ name: "a", refuses: true },
			{ name: "b", refuses: true },
		]),
		"error ECONNREFUSED; tried a b",
	);
});
