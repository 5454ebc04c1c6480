/** The newest failures, in all and of each code, so that frequent ones do not push out the others. */
import type { RunEvent } from "../core/event.ts";
import { publicText, publicUrl } from "../core/public-url.ts";
import type { FailureRow } from "./model.ts";
import { createRing, type Ring } from "./ring.ts";

export type FailureList = {
	/** How many there were. */
	readonly size: number;
	on(event: RunEvent): void;
	/** The newest first. */
	rows(fits: (failure: FailureRow) => boolean, most: number): FailureRow[];
};

const mostInAll = 1000;
const mostOfCode = 20;

export function createFailureList(): FailureList {
	const all = createRing<FailureRow>(mostInAll);
	const byCode = new Map<string, Ring<FailureRow>>();
	return {
		get size() {
			return all.added;
		},
		on(event) {
			if (event.type !== "ended" || event.outcome.status !== "failed") return;
			const failure = rowOf(event, all.added);
			all.add(failure);
			const ring = byCode.get(failure.code) ?? createRing<FailureRow>(mostOfCode);
			byCode.set(failure.code, ring);
			ring.add(failure);
		},
		rows(fits, most) {
			const kept = new Map<number, FailureRow>();
			for (const ring of [all, ...byCode.values()]) {
				for (const { item } of ring.since(0)) if (fits(item)) kept.set(item.id, item);
			}
			const newest = [...kept.values()].sort((a, b) => b.id - a.id);
			return newest.length <= most ? newest : withEachCode(newest, most);
		},
	};
}

/** The newest of each code first of all, then the newest; in the order of their ids. */
function withEachCode(newest: readonly FailureRow[], most: number): FailureRow[] {
	const chosen = new Map(newest.toReversed().map((failure) => [failure.code, failure]));
	const ids = new Set([...chosen.values()].slice(0, most).map(({ id }) => id));
	for (const { id } of newest) {
		if (ids.size >= most) break;
		ids.add(id);
	}
	return newest.filter(({ id }) => ids.has(id));
}

function rowOf({ outcome, host }: RunEvent & { readonly type: "ended" }, id: number): FailureRow {
	const { line, list, attempts, error } = outcome;
	const url = publicUrl(outcome.url);
	return {
		id,
		line,
		list: list === undefined ? null : publicText(list),
		url,
		host: host ?? hostOf(url),
		code: error?.code ?? "failed",
		message: publicText(error?.message ?? ""),
		attempts,
		atMs: Date.now(),
	};
}

function hostOf(url: string): string {
	return URL.canParse(url) ? new URL(url).host : "";
}
