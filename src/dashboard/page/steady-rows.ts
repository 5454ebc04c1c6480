/** Rows that keep their order while somebody points at them, or has the focus among them: a button must not move away. */
import { useSignal } from "@preact/signals";
import type { HTMLAttributes } from "preact";
import { useRef } from "preact/hooks";
import type { HostRow } from "../model.ts";

export type SteadyRows = {
	readonly rows: readonly HostRow[];
	/** For the element around the rows. */
	readonly watch: Pick<
		HTMLAttributes<HTMLTableSectionElement>,
		"onPointerEnter" | "onPointerLeave" | "onFocusIn" | "onFocusOut"
	>;
};

/** @param order - Rows are put in order anew where it is another one. */
export function useSteadyRows(rows: readonly HostRow[], order: string): SteadyRows {
	const isPointedAt = useSignal(false);
	const hasFocus = useSignal(false);
	const last = useRef<{ readonly order: string; readonly hosts: readonly string[] }>({ order, hosts: [] });
	const isSteady = (isPointedAt.value || hasFocus.value) && last.current.order === order;
	const shown = isSteady ? inOrderOf(rows, last.current.hosts) : rows;
	last.current = { order, hosts: shown.map(({ host }) => host) };
	return {
		rows: shown,
		watch: {
			onPointerEnter: () => {
				isPointedAt.value = true;
			},
			onPointerLeave: () => {
				isPointedAt.value = false;
			},
			onFocusIn: () => {
				hasFocus.value = true;
			},
			onFocusOut: () => {
				hasFocus.value = false;
			},
		},
	};
}

/** New rows come last. */
function inOrderOf(rows: readonly HostRow[], hosts: readonly string[]): readonly HostRow[] {
	const places = new Map(hosts.map((host, place) => [host, place]));
	const placeOf = ({ host }: HostRow): number => places.get(host) ?? hosts.length;
	return rows.toSorted((a, b) => placeOf(a) - placeOf(b));
}
