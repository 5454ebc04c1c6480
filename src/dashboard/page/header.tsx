/** The page's head: which run this is, in what state, and the button that pauses it. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { ask, connection } from "./source.ts";
import { hasEnded, isReport, isSteerable, state } from "./store.ts";
import { phaseTexts } from "./texts.ts";

export function Header(): JSX.Element {
	const facts = useComputed(() => {
		const { run = "", list = "", filesTo = "", method = "" } = state.value ?? {};
		return { run, list, filesTo, method };
	}).value;
	return (
		<header class="head">
			<div class="brand">
				<h1>
					<svg viewBox="0 0 16 16" aria-hidden="true">
						<path d="M2 1h4v6a4 4 0 0 0 4 4h2V8l4 4.5-4 3.5v-2h-3a7 7 0 0 1-7-7z" />
					</svg>
					downspout
				</h1>
				<Status />
			</div>
			<p class="route">
				<span class="cut" title={facts.list}>
					{facts.list}
				</span>
				<span aria-hidden="true">→</span>
				<span class="visually-hidden">into</span>
				<span class="cut" title={facts.filesTo}>
					{facts.filesTo}
				</span>
				<span class="faint">
					{facts.method}
					<span class="run"> · {facts.run}</span>
				</span>
			</p>
			{isReport.value || hasEnded.value ? null : <PauseButton />}
		</header>
	);
}

function Status(): JSX.Element {
	const phase = useComputed(() => state.value?.now.phase ?? "starting").value;
	const isStopped = useComputed(() => (state.value?.cancelled ?? 0) > 0).value;
	const isLost = connection.value === "lost" && phase !== "ended";
	const text = isLost ? "Connection lost" : phase === "ended" && isStopped ? "Stopped" : phaseTexts[phase];
	return (
		<span class={`status ${isLost ? "lost" : isStopped ? "stopped" : phase}`} data-testid="phase">
			{text}
		</span>
	);
}

function PauseButton(): JSX.Element {
	const isPaused = useComputed(() => state.value?.now.phase === "paused").value;
	return (
		<button
			type="button"
			class="main"
			disabled={!isSteerable.value}
			onClick={() => void ask({ type: isPaused ? "resume" : "pause" })}
		>
			{isPaused ? "Go on" : "Pause"}
		</button>
	);
}
