/** Why entries fail: the codes with their counts, what can be done, and the newest entries of each. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { failureHint } from "../failure-hint.ts";
import type { FailureRow } from "../model.ts";
import { CopyButton } from "./copy-button.tsx";
import { Panel } from "./panel.tsx";
import { hasEnded, look, state, view } from "./store.ts";
import { countOf, formatCount } from "./texts.ts";

/** Of each code, while all are shown; all that are known where one is chosen. */
const mostOfEach = 5;

export function Failures(): JSX.Element {
	const failures = useComputed(() => state.value?.failures ?? []).value;
	const failed = useComputed(() => state.value?.failed ?? 0).value;
	const tryAgain = useComputed(() => state.value?.tryAgain ?? null).value;
	return (
		<Panel
			name="failures"
			title="Failures"
			figure={formatCount(failed)}
			height="tall"
			aside={
				tryAgain !== null &&
				failed > 0 &&
				!hasEnded.value && (
					<span class="push">
						<span class="faint">command to try again</span> <CopyButton text={tryAgain} what="the command" />
					</span>
				)
			}
		>
			{groups(failures).map(([code, rows]) => (
				<Group key={code} code={code} rows={rows} />
			))}
			{failures.length === 0 && <p class="empty">{failed === 0 ? "None so far." : "None that fits the filter."}</p>}
		</Panel>
	);
}

function Group({ code, rows }: { readonly code: string; readonly rows: readonly FailureRow[] }): JSX.Element {
	const total = useComputed(() => new Map(Object.entries(state.value?.errors ?? {})).get(code) ?? rows.length).value;
	const isChosen = view.value.code === code;
	const shown = isChosen ? rows : rows.slice(0, mostOfEach);
	return (
		<section class="group" aria-label={`${code}, ${countOf(total, "failure")}`}>
			<h3>
				<button
					type="button"
					class="code"
					aria-pressed={isChosen}
					title={isChosen ? "Show all codes" : "Show this code alone"}
					onClick={() => look({ code: isChosen ? "" : code })}
				>
					{code} <span class="num">{formatCount(total)}</span>
				</button>
				<span class="hint">{failureHint(code)}</span>
			</h3>
			<ul>
				{shown.map((row) => (
					<li key={row.id}>
						<span class="cut" title={row.url}>
							{row.url}
						</span>
						<span class="faint cut" title={row.message}>
							{placeOf(row)} · {row.message}
						</span>
					</li>
				))}
			</ul>
		</section>
	);
}

function placeOf({ line, list, attempts }: FailureRow): string {
	const place = list === null ? `line ${line}` : `line ${line} of ${list}`;
	return attempts > 1 ? `${place}, ${attempts} attempts` : place;
}

/** In the order of their newest. */
function groups(failures: readonly FailureRow[]): readonly [string, readonly FailureRow[]][] {
	const byCode = new Map<string, FailureRow[]>();
	for (const failure of failures) {
		const rows = byCode.get(failure.code) ?? [];
		byCode.set(failure.code, rows);
		rows.push(failure);
	}
	const counts = new Map(Object.entries(state.value?.errors ?? {}));
	return [...byCode].sort(([a], [b]) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
}
