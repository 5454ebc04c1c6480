/** Runs a list into a fresh directory and gathers all that can be seen of it: outcomes, events, summary and files. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { TestContext } from "node:test";
import type { Control } from "../../src/core/control.ts";
import type { Entry } from "../../src/core/entry.ts";
import type { RunEvent, Sink } from "../../src/core/event.ts";
import type { RunOptions } from "../../src/core/options.ts";
import type { Outcome, Summary } from "../../src/core/outcome.ts";
import { resolveOptions } from "../../src/core/resolve-options.ts";
import { readTextList } from "../../src/list/text.ts";
import { run } from "../../src/run/run.ts";
import { freshFolder } from "./fresh-folder.ts";

export type ListRun = {
	readonly dir: string;
	readonly summary: Summary;
	/** In the order of ending. */
	readonly outcomes: readonly Outcome[];
	readonly events: readonly RunEvent[];
	readonly warnings: readonly string[];
};

export type ListRequest = {
	/** The download directory; a fresh one where there is none. */
	readonly dir?: string;
	readonly options?: Partial<RunOptions>;
	readonly signal?: AbortSignal;
	readonly onEvent?: (event: RunEvent) => void;
	readonly control?: Control;
};

let runs = 0;

/** Runs a list: the text of one, its entries, or those in pieces. Waits between attempts are short unless asked for. */
export async function runList(
	context: TestContext,
	list: string | readonly Entry[] | AsyncIterable<readonly Entry[]>,
	request: ListRequest = {},
): Promise<ListRun> {
	const dir = request.dir ?? join(freshFolder(context), "downloads");
	const events: RunEvent[] = [];
	const sink: Sink = {
		on(event) {
			events.push(event);
			request.onEvent?.(event);
		},
		async close() {},
	};
	const entries = typeof list === "string" ? readText(list, sink) : Symbol.asyncIterator in list ? list : once(list);
	const resolved = resolveOptions({ method: "async", retryBase: 0.01 }, { version: "test", cores: 1 });
	const options = { ...resolved, ...request.options, dir };
	const signal = request.signal ?? new AbortController().signal;
	const name = `test-${process.pid}-${++runs}`;
	const asked = { run: name, list: "list", entries, options, sink, signal };
	const summary = await run(request.control === undefined ? asked : { ...asked, control: request.control });
	const outcomes = events.flatMap((event) => (event.type === "ended" ? [event.outcome] : []));
	const warnings = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
	return { dir, summary, outcomes, events, warnings };
}

/** Outcomes in the order of the list. */
export function byLine(outcomes: readonly Outcome[]): Outcome[] {
	return [...outcomes].sort((a, b) => a.line - b.line);
}

/** Paths of all files of a download directory, its state aside, in order. */
export function filesIn(dir: string): string[] {
	return readdirSync(dir, { recursive: true, withFileTypes: true })
		.filter((found) => !found.isDirectory())
		.map((found) => relative(dir, join(found.parentPath, found.name)))
		.filter((path) => !path.startsWith(".downspout"))
		.sort();
}

/** What is left of incomplete files. */
export function partsIn(dir: string): string[] {
	return readdirSync(join(dir, ".downspout/parts"));
}

export function contentOf(dir: string, file: string): string {
	return readFileSync(join(dir, file), "utf8");
}

/** One entry, as a list would give it. */
export function entryOf(url: string, { checksum, ...more }: Partial<Entry> & { checksum?: string } = {}): Entry {
	return { line: 1, urls: [url], ...(checksum !== undefined && { checksums: [checksum] }), ...more };
}

async function* readText(text: string, sink: Sink): AsyncGenerator<readonly Entry[]> {
	const chunks = (async function* () {
		yield Buffer.from(text);
	})();
	yield* readTextList(chunks, { warn: (message) => sink.on({ type: "warning", message }) });
}

async function* once(entries: readonly Entry[]): AsyncGenerator<readonly Entry[]> {
	yield entries;
}
