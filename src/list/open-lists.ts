/** Opens the lists of a command line, all of them before anything is downloaded, and reads them as one. */
import type { Entry } from "../core/entry.ts";
import { optionTable } from "../core/option-table.ts";
import { publicUrl } from "../core/public-url.ts";
import { quote, readOption } from "../core/read-option.ts";
import type { GivenValues } from "../core/resolve-options.ts";
import { UsageError } from "../core/usage-error.ts";
import { formatOf } from "./format.ts";
import { type OpenList, type OpenOptions, openList } from "./open-list.ts";

/** Several lists, one after the other. */
export type JoinedList = AsyncDisposable & {
	readonly name: string;
	entries(warn: (message: string) => void): AsyncGenerator<readonly Entry[], void, undefined>;
	/** From 0 to 1; undefined while the size of a list is not known. */
	fractionRead(): number | undefined;
};

/** Lists are opened before anybody listens to what they have to say about their lines: that is kept until then. */
type Warnings = { hear: ((message: string) => void) | undefined; readonly kept: string[] };

/**
 * Opens them all; the signal ends their reading early.
 * @throws {ListError} one cannot be read. @throws {UsageError} an option of lists is wrong.
 */
export async function openLists(
	sources: readonly string[],
	values: GivenValues,
	signal: AbortSignal,
): Promise<JoinedList> {
	if (sources.filter((source) => source === "-").length > 1) throw new UsageError("standard input is listed twice");
	const options = resolveListOptions(values);
	const warnings: Warnings = { hear: undefined, kept: [] };
	const warn = (message: string): void => {
		if (warnings.hear === undefined) warnings.kept.push(message);
		else warnings.hear(message);
	};
	const lists: OpenList[] = [];
	try {
		for (const source of sources) {
			const list = sources.length > 1 ? publicUrl(source) : undefined;
			lists.push(await openList(source, { ...options, warn, signal, list }));
		}
	} catch (error) {
		await closeAll(lists);
		throw error;
	}
	return join(lists, warnings);
}

/**
 * What the options say of every list.
 * @throws {UsageError} one is wrong.
 */
export function resolveListOptions(values: GivenValues): Pick<OpenOptions, "format" | "base" | "expand" | "columns"> {
	const choice = readOption(values.format, optionTable.format);
	const base = readOption(values.base, optionTable.base);
	if (base !== undefined && !(URL.canParse(base) && /^https?:$/.test(new URL(base).protocol))) {
		throw new UsageError(`--base: ${quote(publicUrl(base))} is not an http(s) URL`);
	}
	return {
		format: choice === undefined ? undefined : formatOf(choice),
		base,
		expand: readOption(values.expand, optionTable.expand) ?? false,
		columns: {
			url: readOption(values.urlColumn, optionTable.urlColumn),
			out: readOption(values.outColumn, optionTable.outColumn),
			checksum: readOption(values.checksumColumn, optionTable.checksumColumn),
		},
	};
}

function join(lists: readonly OpenList[], warnings: Warnings): JoinedList {
	let done = 0;
	return {
		name: lists.map((list) => list.name).join(" "),
		async *entries(warn) {
			warnings.hear = warn;
			for (const message of warnings.kept.splice(0)) warn(message);
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
