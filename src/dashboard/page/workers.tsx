/** The workers, and the share of each in what was saved. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { WorkerRow } from "../model.ts";
import { Panel } from "./panel.tsx";
import { state } from "./store.ts";
import { formatBytes, formatCount } from "./texts.ts";

export function Workers(): JSX.Element {
	const workers = useComputed(() => state.value?.workers ?? []).value;
	const saved = workers.reduce((sum, worker) => sum + worker.saved, 0);
	return (
		<Panel name="workers" title="Workers" figure={formatCount(workers.length)} height="short">
			<table>
				<thead>
					<tr>
						<th scope="col" class="words">
							Worker
						</th>
						<th scope="col">Share</th>
						<th scope="col">Saved</th>
						<th scope="col">Failed</th>
						<th scope="col" class="only-wide">
							Bytes
						</th>
					</tr>
				</thead>
				<tbody>
					{workers.map((row) => (
						<Row key={`${row.worker.model}#${row.worker.number}`} row={row} saved={saved} />
					))}
				</tbody>
			</table>
			{workers.length === 0 && <p class="empty">None has ended anything yet.</p>}
		</Panel>
	);
}

function Row({ row, saved }: { readonly row: WorkerRow; readonly saved: number }): JSX.Element {
	const share = saved > 0 ? row.saved / saved : 0;
	return (
		<tr>
			<th scope="row" class="words">
				{row.worker.model}#{row.worker.number}
			</th>
			<td>
				<span class="mini" aria-hidden="true">
					<span style={{ width: `${share * 100}%` }} />
				</span>{" "}
				<span class="share">{Math.round(share * 100)}%</span>
			</td>
			<td>{formatCount(row.saved)}</td>
			<td class={row.failed > 0 ? "bad" : "faint"}>{formatCount(row.failed)}</td>
			<td class="only-wide">{formatBytes(row.bytes)}</td>
		</tr>
	);
}
