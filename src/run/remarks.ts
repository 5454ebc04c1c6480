/** What is odd about answers: told once a host for each kind, as a host that does it once does it always. */
import type { Sink } from "../core/event.ts";
import type { Remark } from "../core/task.ts";

/** Most hosts that are told of: a list of millions shall fill neither the memory nor the terminal. */
const mostTold = 1000;

export type Remarks = { tell(remarks: readonly Remark[]): void };

export function createRemarks(sink: Sink): Remarks {
	const told = new Set<string>();
	return {
		tell(remarks) {
			for (const { kind, host, message } of remarks) {
				const about = `${kind} ${host}`;
				if (told.has(about) || told.size >= mostTold) continue;
				told.add(about);
				sink.on(isForUsers(kind) ? { type: "warning", message } : { type: "note", message });
			}
		},
	};
}

/** What is saved may be something else than what was wanted. */
function isForUsers(kind: Remark["kind"]): boolean {
	return kind === "page" || kind === "end";
}
