/** How far the run is: the bar of what entries came to, and their counts. */
import type { JSX } from "preact";
import type { State } from "../model.ts";
import { state } from "./store.ts";
import { formatBytes, formatClock, formatCount, percentText } from "./texts.ts";

type Part = { readonly name: string; readonly label: string; readonly count: number };

export function Progress(): JSX.Element | null {
	const known = state.value;
	if (known === undefined) return null;
	const { now } = known;
	const parts = partsOf(known);
	const share = now.share === null ? undefined : Math.floor(now.share * 100);
	return (
		<section class="panel progress" aria-label="Progress">
			<div class="figures">
				<p class="percent num">{now.share === null ? "…" : percentText(now.share)}</p>
				<dl class="facts">
					<Fact label="Files" value={filesText(known)} wide />
					<Fact label="Received" value={formatBytes(now.received)} />
					<Fact label={now.phase === "ended" ? "Took" : "Time"} value={formatClock(elapsed(known))} />
					{now.phase !== "ended" && (
						<Fact label="Left" value={now.secondsLeft === null ? "–" : formatClock(now.secondsLeft)} />
					)}
				</dl>
			</div>
			<div
				class="bar"
				role="progressbar"
				aria-label="Entries that ended"
				aria-valuemin={0}
				aria-valuemax={100}
				aria-valuetext={`${filesText(known)} files`}
				{...(share !== undefined && { "aria-valuenow": share })}
			>
				<Segments parts={parts} total={expected(known)} share={now.share} />
			</div>
			<Counts parts={parts} retries={known.retries} />
		</section>
	);
}

function Fact({
	label,
	value,
	wide,
}: {
	readonly label: string;
	readonly value: string;
	readonly wide?: true;
}): JSX.Element {
	return (
		<div class={wide ? "wide" : ""}>
			<dt>{label}</dt>
			<dd class="num">{value}</dd>
		</div>
	);
}

type SegmentsProps = { readonly parts: readonly Part[]; readonly total: number; readonly share: number | null };

/** Each kind of end has its part of the bar; what is under way comes last. */
function Segments({ parts, total, share }: SegmentsProps): JSX.Element {
	const ended = parts.reduce((sum, { count }) => sum + count, 0);
	const open = Math.max(0, (share ?? 0) * total - ended);
	return (
		<>
			{[...parts, { name: "open", count: open }].map(({ name, count }) => (
				<span key={name} class={name} style={{ width: `${total > 0 ? Math.min(100, (count * 100) / total) : 0}%` }} />
			))}
		</>
	);
}

function Counts({ parts, retries }: { readonly parts: readonly Part[]; readonly retries: number }): JSX.Element {
	return (
		<dl class="counts">
			{parts.map(({ name, label, count }) => (
				<div key={name} class={count === 0 ? "zero" : ""}>
					<dt>
						<i class={`key ${name}`} />
						{label}
					</dt>
					<dd class="num" data-testid={name}>
						{formatCount(count)}
					</dd>
				</div>
			))}
			<div class={retries === 0 ? "zero" : ""}>
				<dt>Retries</dt>
				<dd class="num" data-testid="retries">
					{formatCount(retries)}
				</dd>
			</div>
		</dl>
	);
}

function partsOf({ saved, skipped, duplicates, failed, cancelled }: State): readonly Part[] {
	return [
		{ name: "saved", label: "Saved", count: saved },
		{ name: "skipped", label: "Skipped", count: skipped },
		{ name: "duplicates", label: "Duplicates", count: duplicates },
		{ name: "failed", label: "Failed", count: failed },
		{ name: "cancelled", label: "Cancelled", count: cancelled },
	];
}

/** The entries of the whole list, estimated from the part of it that is read. */
function expected({ now, total }: State): number {
	const known = Math.max(now.listed, total);
	if (now.listedAll || now.share === null || now.share <= 0) return known;
	return Math.max(known, now.files / now.share);
}

function filesText({ now, total, cancelled }: State): string {
	const ended = now.phase === "ended" ? total - cancelled : now.files;
	return `${formatCount(ended)} of ${formatCount(Math.max(now.listed, ended))}${now.listedAll || now.phase === "ended" ? "" : "+"}`;
}

function elapsed(known: State): number {
	return known.now.phase === "ended" ? known.seconds : (known.atMs - known.startedAtMs) / 1000;
}
