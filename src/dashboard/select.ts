/** Which hosts and failures a view shows, and in which order. Pure: the server does it live, the page of a report itself. */
import type { FailureRow, HostOrder, HostRow, View } from "./model.ts";

/** What is looked at of a host. */
type Candidate = Pick<HostRow, "host" | "errors"> & { readonly [K in Exclude<HostOrder, "host">]: number | null };

function fitsHost(host: Pick<Candidate, "host" | "errors">, { host: part, code }: View): boolean {
	if (part !== "" && !host.host.includes(part.toLowerCase())) return false;
	return code === "" || Object.keys(host.errors).some((one) => one.startsWith(code));
}

export function fitsFailure(failure: Pick<FailureRow, "host" | "code">, { host, code }: View): boolean {
	return (host === "" || failure.host.includes(host.toLowerCase())) && failure.code.startsWith(code);
}

/** The first ones by the view's order, `most` of them, without sorting all. */
export function firstHosts<T extends Candidate>(
	hosts: Iterable<T>,
	view: View,
	most: number,
): { rows: T[]; fitting: number } {
	const compare = comparison(view.order);
	const rows: T[] = [];
	let fitting = 0;
	for (const host of hosts) {
		if (!fitsHost(host, view)) continue;
		fitting++;
		const last = rows.at(-1);
		if (rows.length >= most && last !== undefined && compare(host, last) >= 0) continue;
		let [low, high] = [0, rows.length];
		while (low < high) {
			const middle = (low + high) >>> 1;
			const other = rows[middle];
			if (other !== undefined && compare(host, other) < 0) high = middle;
			else low = middle + 1;
		}
		rows.splice(low, 0, host);
		if (rows.length > most) rows.pop();
	}
	return { rows, fitting };
}

/** The highest first, names apart; what is equal by failures, then files, then name, so that rows do not jump. */
function comparison(order: HostOrder): (a: Candidate, b: Candidate) => number {
	const byName = (a: Candidate, b: Candidate): number => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0);
	if (order === "host") return byName;
	return (a, b) =>
		(b[order] ?? 0) - (a[order] ?? 0) ||
		(b.failed ?? 0) - (a.failed ?? 0) ||
		(b.saved ?? 0) - (a.saved ?? 0) ||
		byName(a, b);
}
