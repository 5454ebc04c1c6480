/** How many downloads may be in flight, and why that changed. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { Panel } from "./panel.tsx";
import { state } from "./store.ts";
import { clockTime, formatCount } from "./texts.ts";

export function Levels(): JSX.Element {
	const levels = useComputed(() => state.value?.levels ?? []).value;
	const level = useComputed(() => state.value?.now.level ?? null).value;
	const perHost = useComputed(() => state.value?.now.perHost ?? null).value;
	return (
		<Panel name="levels" title="Levels" figure={figureOf(level, perHost)} height="short">
			<ul class="changes">
				{levels.map(({ id, atMs, host, level, why }) => (
					<li key={id}>
						<span class="faint num">{clockTime(atMs)}</span> {host ?? "over all"}:{" "}
						<b class="num">{formatCount(level)}</b> at once <span class="faint">– {why}</span>
					</li>
				))}
			</ul>
			{levels.length === 0 && <p class="empty">No change so far.</p>}
		</Panel>
	);
}

/** Nothing where it is for workers to say how many they take. */
function figureOf(level: number | null, perHost: number | null): string {
	const all = level === null ? [] : [`${formatCount(level)} at once`];
	const each = perHost === null ? [] : [`${formatCount(perHost)} to a host`];
	return [...all, ...each].join(", ");
}
