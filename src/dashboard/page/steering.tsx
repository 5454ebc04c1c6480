/** The buttons of a host: fewer at once, as the run likes, and pause. */
import type { ComponentChildren, JSX } from "preact";
import type { HostRow } from "../model.ts";
import { ask } from "./source.ts";
import { isSteerable, state } from "./store.ts";
import { clockTime } from "./texts.ts";

export type SteeringProps = {
	readonly row: HostRow;
	/** Most at once; null where that is not known. */
	readonly level: number | null;
};

export function Steering({ row, level }: SteeringProps): JSX.Element {
	const { host, pausedUntilMs } = row;
	const isHeld = pausedUntilMs === 0;
	const rests = pausedUntilMs !== null && pausedUntilMs > (state.value?.atMs ?? 0);
	const note = rests ? `rests until ${clockTime(pausedUntilMs)}` : "";
	if (!isSteerable.value) return <span class="faint">{note}</span>;
	return (
		<span class="steering">
			{rests && (
				<span class="faint rests" title={row.pauseReason ?? ""}>
					{note}
				</span>
			)}
			<IconButton
				label={`Fewer at once from ${host}`}
				disabled={level !== null && level <= 1}
				act={() => void ask({ type: "set-host-level", host, level: lower(level ?? row.inFlight) })}
			>
				<path d="M3 7h10v2H3z" />
			</IconButton>
			<IconButton
				label={`Give the level of ${host} back to the run`}
				disabled={row.cap === null}
				act={() => void ask({ type: "set-host-level", host, level: null })}
			>
				<path d="M8 3a5 5 0 1 1-4.9 6h2.1A3 3 0 1 0 8 5v2.5L4 4l4-3.5z" />
			</IconButton>
			<IconButton
				label={isHeld ? `Go on with ${host}` : `Pause ${host}`}
				act={() => void ask({ type: isHeld ? "resume-host" : "pause-host", host })}
			>
				<path d={isHeld ? "M4 2.5v11l9-5.5z" : "M4 3h3v10H4zM9 3h3v10H9z"} />
			</IconButton>
		</span>
	);
}

type IconButtonProps = {
	readonly label: string;
	readonly disabled?: boolean;
	readonly act: () => void;
	readonly children: ComponentChildren;
};

function IconButton({ label, disabled = false, act, children }: IconButtonProps): JSX.Element {
	return (
		<button type="button" class="icon" title={label} aria-label={label} disabled={disabled} onClick={act}>
			<svg viewBox="0 0 16 16" aria-hidden="true">
				{children}
			</svg>
		</button>
	);
}

/** A quarter less, at least one. */
function lower(level: number): number {
	return Math.max(1, Math.min(level - 1, Math.floor(level * 0.75)));
}
