/** What somebody who watches asks of a run while it goes on, seen from the servers. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { createControl } from "../../src/core/control.ts";
import type { RunEvent } from "../../src/core/event.ts";
import { serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

/** A server whose answers wait until the test gives them. */
async function patientServer(context: TestContext) {
	const waiting: ServerResponse[] = [];
	const arrivals = new EventTarget();
	const { url } = await serve(context, (request, response) => {
		if (request.url === "/probe") {
			response.end();
			return;
		}
		waiting.push(response);
		arrivals.dispatchEvent(new Event("request"));
	});
	return {
		url,
		host: new URL(url).host,
		waiting,
		/** Waits until so many requests are unanswered. */
		async has(count: number): Promise<void> {
			while (waiting.length < count) await once(arrivals, "request");
		},
		answerAll: (): void => {
			for (const response of waiting.splice(0)) response.end("x");
		},
	};
}

/** Whatever the run would have started has arrived by the time that some other requests are over. */
async function probe(url: string): Promise<void> {
	for (let n = 0; n < 5; n++) await fetch(`${url}/probe`);
}

const options = { concurrency: 8, perHost: 4 } as const;

/** Starts a run that can be steered; `next` waits for an event of the type. */
function steered(context: TestContext, list: string) {
	const control = createControl();
	const told = new EventTarget();
	const seen: RunEvent[] = [];
	const ended = runList(context, list, {
		options,
		control,
		onEvent(event) {
			seen.push(event);
			told.dispatchEvent(new Event("told"));
		},
	});
	return {
		control,
		ended,
		async saved(count: number): Promise<void> {
			while (seen.filter((event) => event.type === "ended").length < count) await once(told, "told");
		},
	};
}

test("a paused run finishes what is in flight, starts nothing, and goes on when told to", async (context) => {
	const server = await patientServer(context);
	const urls = Array.from({ length: 10 }, (_, n) => `${server.url}/${n}`);
	const { control, ended, saved } = steered(context, urls.join("\n"));
	await server.has(4);
	assert.equal(control.send({ type: "pause" }), true);
	server.answerAll();
	await saved(4);
	await probe(server.url);
	assert.deepEqual(server.waiting, []);
	control.send({ type: "resume" });
	await server.has(4);
	const answering = setInterval(server.answerAll, 5);
	const { summary, events } = await ended;
	clearInterval(answering);
	assert.equal(summary.saved, 10);
	const steps = events.filter(({ type }) => type === "paused" || type === "resumed");
	assert.deepEqual(steps, [
		{ type: "paused", host: null, why: "by hand" },
		{ type: "resumed", host: null, why: "by hand" },
	]);
	assert.equal(control.send({ type: "pause" }), false, "nobody listens after the end");
});

test("a paused host leaves its slots to the others", async (context) => {
	const [held, free] = [await patientServer(context), await patientServer(context)];
	const list = Array.from({ length: 8 }, (_, n) => `${held.url}/${n}\n${free.url}/${n}`).join("\n");
	const { control, ended, saved } = steered(context, list);
	await held.has(4);
	control.send({ type: "pause-host", host: held.host });
	held.answerAll();
	const answering = setInterval(free.answerAll, 5);
	await saved(12);
	assert.equal(held.waiting.length, 0);
	control.send({ type: "resume-host", host: held.host });
	await held.has(4);
	const rest = setInterval(held.answerAll, 5);
	const { summary } = await ended;
	clearInterval(answering);
	clearInterval(rest);
	assert.equal(summary.saved, 16);
});

test("a host's level is lowered, never raised above that of the run, and given back", async (context) => {
	const server = await patientServer(context);
	const urls = Array.from({ length: 20 }, (_, n) => `${server.url}/${n}`);
	const { control, ended } = steered(context, urls.join("\n"));
	const level = (level: number | null): boolean => control.send({ type: "set-host-level", host: server.host, level });
	await server.has(4);
	level(2);
	server.answerAll();
	await server.has(2);
	await probe(server.url);
	assert.equal(server.waiting.length, 2);
	level(100);
	await server.has(4);
	level(1);
	level(null);
	server.answerAll();
	await server.has(4);
	const answering = setInterval(server.answerAll, 5);
	const { summary, events } = await ended;
	clearInterval(answering);
	assert.equal(summary.saved, 20);
	const levels = events.flatMap((event) => (event.type === "level" ? [event.level] : []));
	assert.deepEqual(levels, [2, 4, 1, 4]);
});

test("a paused run stops as any other", async (context) => {
	const server = await patientServer(context);
	const stop = new AbortController();
	const control = createControl();
	const urls = Array.from({ length: 10 }, (_, n) => `${server.url}/${n}`);
	const ended = runList(context, urls.join("\n"), { options, control, signal: stop.signal });
	await server.has(4);
	control.send({ type: "pause" });
	stop.abort("enough");
	const { summary } = await ended;
	assert.deepEqual([summary.cancelled, summary.total], [10, 10]);
});
