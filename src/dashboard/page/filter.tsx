/** What of hosts and failures is shown, and how much of the charts. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { isWholeRun, look, state, view } from "./store.ts";
import { formatCount } from "./texts.ts";

/** Typing settles before the run is asked. */
const settleMs = 250;
let settling: ReturnType<typeof setTimeout> | undefined;

export function Filter(): JSX.Element {
	const codes = useComputed(() => Object.entries(state.value?.errors ?? {}));
	const { host, code } = view.value;
	const onHost = (text: string): void => {
		clearTimeout(settling);
		settling = setTimeout(() => look({ host: text.trim() }), settleMs);
	};
	return (
		<search class="filter" id="hosts">
			<label>
				<span>Host</span>
				<input
					type="search"
					placeholder="part of a name"
					autocomplete="off"
					spellcheck={false}
					onInput={({ currentTarget }) => onHost(currentTarget.value)}
				/>
			</label>
			<label>
				<span>Failure</span>
				<select value={code} onChange={({ currentTarget }) => look({ code: currentTarget.value })}>
					<option value="">all codes</option>
					{codes.value.map(([name, count]) => (
						<option key={name} value={name}>
							{name} ({formatCount(count ?? 0)})
						</option>
					))}
				</select>
			</label>
			<p class="faint num" aria-live="polite">
				{host === "" && code === ""
					? ""
					: `${formatCount(state.value?.hostsFitting ?? 0)} of ${formatCount(state.value?.hostsKnown ?? 0)} hosts fit`}
			</p>
			<Range />
		</search>
	);
}

function Range(): JSX.Element {
	return (
		<fieldset class="range">
			<legend class="visually-hidden">Charts</legend>
			{[true, false].map((whole) => (
				<button
					type="button"
					key={String(whole)}
					aria-pressed={isWholeRun.value === whole}
					onClick={() => {
						isWholeRun.value = whole;
					}}
				>
					{whole ? "whole run" : "last 5 minutes"}
				</button>
			))}
		</fieldset>
	);
}
