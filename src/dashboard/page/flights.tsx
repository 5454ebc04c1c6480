/** The downloads under way that have lasted a while: shorter ones would only flicker. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { Flight } from "../model.ts";
import { Panel } from "./panel.tsx";
import { hasEnded, isReport, state } from "./store.ts";
import { bytesRate, formatBytes, formatClock, formatCount, nameOf } from "./texts.ts";

const shownAfterSeconds = 1;

export function Flights(): JSX.Element | null {
	const flights = useComputed(() => state.value?.flights ?? []).value;
	const inFlight = useComputed(() => state.value?.now.inFlight ?? 0).value;
	if (isReport.value || hasEnded.value) return null;
	const shown = flights.filter(({ seconds }) => seconds >= shownAfterSeconds);
	return (
		<Panel
			name="flights"
			title="In flight"
			figure={formatCount(inFlight)}
			height="middle"
			aside={<span class="faint push">the longest first, from one second on</span>}
		>
			<table>
				<thead>
					<tr>
						<th scope="col" class="words">
							Name
						</th>
						<th scope="col">Done</th>
						<th scope="col">Size</th>
						<th scope="col">Speed</th>
						<th scope="col" class="only-wide">
							Time
						</th>
					</tr>
				</thead>
				<tbody>
					{shown.map((flight) => (
						<Row key={flight.id} flight={flight} />
					))}
				</tbody>
			</table>
			{shown.length === 0 && (
				<p class="empty">{inFlight > 0 ? "All of them are younger than a second." : "None now."}</p>
			)}
		</Panel>
	);
}

function Row({ flight }: { readonly flight: Flight }): JSX.Element {
	const { url, host, bytes, totalBytes, bytesPerSecond, seconds } = flight;
	const share = totalBytes === null || totalBytes === 0 ? null : Math.min(1, bytes / totalBytes);
	return (
		<tr>
			<th scope="row" class="words cut" title={url}>
				<span class="name">
					{nameOf(url)} <span class="faint">{host}</span>
				</span>
			</th>
			<td>
				<span class="mini" aria-hidden="true">
					<span style={{ width: `${(share ?? 0) * 100}%` }} />
				</span>{" "}
				<span class="share">{share === null ? "–" : `${Math.floor(share * 100)}%`}</span>
			</td>
			<td>{totalBytes === null ? formatBytes(bytes) : formatBytes(totalBytes)}</td>
			<td>{bytesRate(bytesPerSecond)}</td>
			<td class="only-wide">{formatClock(seconds)}</td>
		</tr>
	);
}
