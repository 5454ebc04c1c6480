/** The hosts: what came from each, at which level, and whether it rests. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { HostOrder, HostRow } from "../model.ts";
import { Panel } from "./panel.tsx";
import { useSteadyRows } from "./steady-rows.ts";
import { Steering } from "./steering.tsx";
import { hasEnded, look, state, view } from "./store.ts";
import { formatBytes, formatCount } from "./texts.ts";

type Column = { readonly order: HostOrder; readonly title: string; readonly hint: string; readonly wide?: true };

const columns: readonly Column[] = [
	{ order: "host", title: "Host", hint: "by name" },
	{ order: "inFlight", title: "In flight", hint: "downloads in flight, and the most that are allowed" },
	{ order: "saved", title: "Saved", hint: "files saved" },
	{ order: "failed", title: "Failed", hint: "entries that failed" },
	{ order: "bytes", title: "Bytes", hint: "bytes of the files saved", wide: true },
	{ order: "fileMs", title: "Per file", hint: "what a file took of late", wide: true },
];

export function Hosts(): JSX.Element {
	const known = useComputed(() => state.value?.hostRows ?? []).value;
	const { rows, watch } = useSteadyRows(known, view.value.order);
	const fitting = useComputed(() => state.value?.hostsFitting ?? 0).value;
	const perHost = useComputed(() => state.value?.now.perHost ?? null).value;
	return (
		<Panel
			name="hosts"
			title="Hosts"
			figure={rows.length < fitting ? `${formatCount(rows.length)} of ${formatCount(fitting)}` : formatCount(fitting)}
			height="tall"
		>
			<table>
				<thead>
					<tr>
						{columns.map((column) => (
							<Head key={column.order} column={column} />
						))}
						{!hasEnded.value && (
							<th scope="col" class="steer">
								<span class="visually-hidden">Pause and level</span>
							</th>
						)}
					</tr>
				</thead>
				<tbody {...watch}>
					{rows.map((row) => (
						<Row key={row.host} row={row} perHost={perHost} />
					))}
				</tbody>
			</table>
			{rows.length === 0 && <p class="empty">No host yet.</p>}
		</Panel>
	);
}

function Head({ column: { order, title, hint, wide } }: { readonly column: Column }): JSX.Element {
	const isChosen = view.value.order === order;
	return (
		<th
			scope="col"
			class={`${order === "host" ? "words" : ""} ${wide ? "only-wide" : ""}`}
			aria-sort={isChosen ? (order === "host" ? "ascending" : "descending") : "none"}
		>
			<button type="button" class="sort" title={`Sort: ${hint}`} onClick={() => look({ order })}>
				{title}
				<span aria-hidden="true" class="arrow">
					{isChosen ? (order === "host" ? "▲" : "▼") : ""}
				</span>
			</button>
		</th>
	);
}

function Row({ row, perHost }: { readonly row: HostRow; readonly perHost: number | null }): JSX.Element {
	const level = row.level ?? perHost;
	const isIdle = row.pausedUntilMs === 0 && row.inFlight === 0;
	return (
		<tr class={row.pausedUntilMs === 0 ? "paused" : ""}>
			<th scope="row" class="words cut" title={row.host}>
				<span class="name">{row.host}</span>
			</th>
			<td>
				{isIdle ? "paused" : formatCount(row.inFlight)}
				{level !== null && !isIdle && <span class="faint">/{level}</span>}
			</td>
			<td>{formatCount(row.saved)}</td>
			<td class={row.failed > 0 ? "bad" : "faint"} title={errorsText(row)}>
				{formatCount(row.failed)}
			</td>
			<td class="only-wide">{formatBytes(row.bytes)}</td>
			<td class="only-wide">{row.fileMs === null ? "–" : `${formatCount(Math.max(1, row.fileMs))} ms`}</td>
			{!hasEnded.value && (
				<td class="steer">
					<Steering row={row} level={level} />
				</td>
			)}
		</tr>
	);
}

function errorsText({ errors, retries }: HostRow): string {
	const texts = Object.entries(errors).map(([code, count]) => `${code} ${formatCount(count)}`);
	return [...texts, `${formatCount(retries)} retries`].join(", ");
}
