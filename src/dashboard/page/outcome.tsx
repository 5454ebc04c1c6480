/** After the end: what the run came to, and what to do next. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { CopyButton } from "./copy-button.tsx";
import { hasEnded, state } from "./store.ts";
import { bytesRate, countOf, formatBytes, formatCount, formatSeconds } from "./texts.ts";

export function Outcome(): JSX.Element | null {
	const summary = useComputed(() => (hasEnded.value ? state.value : undefined)).value;
	if (summary === undefined) return null;
	const { saved, failed, cancelled, bytes, filesTo, seconds, filesPerSecond, bytesPerSecond, tryAgain } = summary;
	const speed = `${formatCount(filesPerSecond)} files/s, ${bytesRate(bytesPerSecond)}`;
	return (
		<section class={`panel outcome ${failed > 0 ? "bad" : "good"}`} aria-labelledby="outcome-title">
			<h2 id="outcome-title">{titleOf(summary)}</h2>
			<p>
				{countOf(saved, "file")} with {formatBytes(bytes)} went to <code>{filesTo}</code> in {formatSeconds(seconds)}:{" "}
				{speed}.
			</p>
			{cancelled > 0 && (
				<p>
					{countOf(cancelled, "entry").replace("entrys", "entries")} did not end: the same command goes on with them.
				</p>
			)}
			{failed > 0 && tryAgain !== null && (
				<div class="command">
					<p>{formatCount(failed)} failed. To try those again:</p>
					<code>{tryAgain}</code>
					<CopyButton text={tryAgain} what="the command" />
				</div>
			)}
		</section>
	);
}

type Counts = { readonly failed: number; readonly cancelled: number; readonly total: number };

function titleOf({ failed, cancelled, total }: Counts): string {
	if (cancelled > 0) return "Stopped before the end";
	if (total === 0) return "Nothing to do";
	return failed > 0 ? "Finished, with failures" : "Finished: everything is there";
}
