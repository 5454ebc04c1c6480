/** Opens the lists of a command line, all of them before anything is downloaded, and reads them as one. */
import type { Entry } from "../core/entry.ts";
import { optionTable } from "../core/option-table.ts";
import { publicUrl } from "../core/public-url.ts";
import { readOption } from "../core/read-option.ts";
import type { GivenValues } from "../core/resolve-options.ts";
import { UsageError } from "../core/usage-error.ts";
import { type OpenList, openList } from "./open-list.ts";

/** Several lists, one after the other. */
export type JoinedList = AsyncDisposable & {
	readonly name: string;
	entries(warn: (message: string) => void): AsyncGenerator<readonly Entry[], void, undefined>;
	/** From 0 to 1; undefined while the size of a list is not known. */
	fractionRead(): number | undefined;
};

/** Lists are opened before anybody listens to what they have to say about their lines. */
type Warnings = { hear(message: string): void };

const formatOfExtension: ReadonlyMap<string, string> = new Map([
	["jsonl", "jsonl"],
	["ndjson", "jsonl"],
	["csv", "csv"],
	["tsv", "tsv"],
	["metalink", "metalink"],
	["meta4", "metalink"],
	["parquet", "parquet"],
]);

/**
 * Opens them all; the signal ends their reading early.
 * @throws {ListError} one cannot be read. @throws {UsageError} one is of a format that is not available yet.
 */
export async function openLists(
	sources: readonly string[],
	values: GivenValues,
	signal: AbortSignal,
): Promise<JoinedList> {
	if (sources.filter((source) => source === "-").length > 1) throw new UsageError("standard input is listed twice");
	if (readOption(values.format, optionTable.format) === undefined) sources.forEach(checkFormat);
	const warnings: Warnings = { hear() {} };
	const warn = (message: string): void => warnings.hear(message);
	const lists: OpenList[] = [];
	try {
		for (const source of sources) {
			const named = sources.length > 1 && { list: publicUrl(source) };
			lists.push(await openList(source, { warn, signal, ...named }));
		}
	} catch (error) {
		await closeAll(lists);
		throw error;
	}
	return join(lists, warnings);
}

/** The format goes by the name, unless --format says otherwise. */
function checkFormat(source: string): void {
	if (/^https?:/i.test(source)) return;
	const format = formatOfExtension.get(/\.([^./]+)$/.exec(source)?.[1]?.toLowerCase() ?? "");
	if (format === undefined) return;
	const advice = "use --format text if it is a plain list of URLs";
	throw new UsageError(`${publicUrl(source)}: lists in the format ${format} are not available yet; ${advice}`);
}

function join(lists: readonly OpenList[], warnings: Warnings): JoinedList {
	let done = 0;
	return {
		name: lists.map((list) => list.name).join(" "),
		async *entries(warn) {
			warnings.hear = warn;
			for (const list of lists) {
				yield* list.entries();
				done += 1;
			}
		},
		fractionRead() {
			if (done === lists.length) return 1;
			const current = lists[done]?.fractionRead();
			return current === undefined ? undefined : (done + current) / lists.length;
		},
		[Symbol.asyncDispose]: () => closeAll(lists),
	};
}

async function closeAll(lists: readonly OpenList[]): Promise<void> {
	await Promise.allSettled(lists.map((list) => list.close()));
}
