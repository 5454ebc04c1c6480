/** The readers of `GET /events`. One that does not read is passed over, and told of what it missed once it reads again. */
import type { ServerResponse } from "node:http";
import type { Collector } from "./collector.ts";
import type { View } from "./model.ts";
import { allTold, stateOf, type Told, updateOf } from "./state.ts";

export type Streams = {
	/** Readers that are connected. */
	readonly size: number;
	/** Answers with a stream of events. */
	open(response: ServerResponse, view: View): void;
	/** Tells each reader what is new. */
	tell(): void;
	/** Tells each reader the end, once it reads. */
	tellEnd(): void;
	/** Ends all of them. */
	end(): void;
	/** Calls back when the number of readers has changed. */
	onChange(listener: () => void): void;
};

type Reader = {
	readonly response: ServerResponse;
	readonly view: View;
	told: Told;
	/** When it took something for the last time, in milliseconds of `performance.now()`. */
	readMs: number;
};

/** A reader that takes nothing for so long is cut off; a page comes back by itself. */
const patienceMs = 60_000;

export function createStreams(collector: Collector): Streams {
	const readers = new Set<Reader>();
	const listeners: (() => void)[] = [];
	const changed = (): void => {
		for (const listener of listeners) listener();
	};
	/** What waits in memory for a reader is at most one message. */
	const mayWrite = ({ response, readMs }: Reader): boolean => {
		if (!response.writableNeedDrain) return true;
		if (performance.now() - readMs > patienceMs) response.destroy();
		return false;
	};
	const write = (reader: Reader, event: string, data: object): void => {
		reader.response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
		reader.told = allTold(collector, reader.view);
		reader.readMs = performance.now();
	};
	return {
		get size() {
			return readers.size;
		},
		open(response, view) {
			response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", connection: "close" });
			response.write("retry: 1000\n\n");
			const reader = { response, view, told: allTold(collector, view), readMs: performance.now() };
			readers.add(reader);
			response.once("close", () => {
				readers.delete(reader);
				changed();
			});
			write(reader, "state", stateOf(collector, view));
			changed();
		},
		tell() {
			for (const reader of readers) {
				if (mayWrite(reader)) write(reader, "update", updateOf(collector, reader.view, reader.told));
			}
		},
		tellEnd() {
			for (const reader of readers) {
				if (!reader.response.writableNeedDrain) write(reader, "state", stateOf(collector, reader.view));
				else reader.response.once("drain", () => write(reader, "state", stateOf(collector, reader.view)));
			}
		},
		end() {
			for (const { response } of readers) response.end();
		},
		onChange: (listener) => void listeners.push(listener),
	};
}
