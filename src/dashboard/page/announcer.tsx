/** Tells screen readers how the run goes: its state when it changes, and how far it is now and then. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { hasEnded, state, told } from "./store.ts";
import { countOf, formatCount, phaseTexts } from "./texts.ts";

const leastMs = 20_000;

export function Announcer(): JSX.Element {
	const text = useSignal("");
	const last = useSignal({ phase: "", tenth: 0, atMs: 0 });
	useSignalEffect(() => {
		const known = state.value;
		if (known === undefined) return;
		const { phase, share, files } = known.now;
		const before = last.peek();
		const tenth = Math.floor((share ?? 0) * 10);
		const isFarther = tenth > before.tenth && known.atMs - before.atMs >= leastMs;
		if (phase === before.phase && !isFarther) return;
		last.value = { phase, tenth, atMs: known.atMs };
		const failed = known.failed > 0 ? `, ${formatCount(known.failed)} failed` : "";
		text.value = hasEnded.value
			? `${known.cancelled > 0 ? "Stopped" : "Finished"}: ${formatCount(known.saved)} saved${failed}`
			: `${phaseTexts[phase]}: ${countOf(files, "file")}${share === null ? "" : `, ${tenth * 10} percent`}${failed}`;
	});
	return (
		<div class="visually-hidden" role="status">
			<p>{text.value}</p>
			<p>{told.value}</p>
		</div>
	);
}
