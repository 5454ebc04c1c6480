/** The last lines of the log. It stays at its end, unless somebody reads further up. */
import { useComputed } from "@preact/signals";
import type { JSX, TargetedEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { LogRow } from "../model.ts";
import { Panel } from "./panel.tsx";
import { isReport, look, state, view } from "./store.ts";

/** `TIME LEVEL [WORKER] TEXT` */
const shape = /^\S+T(\S+?)(?:\.\d+)?Z (\w+) (\[\S+\]) (.*)$/s;

export function Log(): JSX.Element {
	const rows = useComputed(() => state.value?.log ?? []).value;
	const box = useRef<HTMLElement>(null);
	const isAtEnd = useRef(true);
	useLayoutEffect(() => {
		const { current } = box;
		if (current && isAtEnd.current) current.scrollTop = current.scrollHeight;
	}, [rows]);
	const onScroll = ({ currentTarget }: TargetedEvent<HTMLElement>): void => {
		const { scrollHeight, scrollTop, clientHeight } = currentTarget;
		isAtEnd.current = scrollHeight - scrollTop - clientHeight < 8;
	};
	return (
		<Panel
			name="log"
			title="Log"
			height="log"
			box={box}
			onScroll={onScroll}
			aside={
				!isReport.value && (
					<label class="push">
						<input
							type="checkbox"
							checked={view.value.wholeLog}
							onChange={({ currentTarget }) => look({ wholeLog: currentTarget.checked })}
						/>{" "}
						every file
					</label>
				)
			}
		>
			<ol>
				{rows.map((row) => (
					<Line key={row.id} row={row} />
				))}
			</ol>
		</Panel>
	);
}

function Line({ row: { text } }: { readonly row: LogRow }): JSX.Element {
	const [, time, level = "", worker, said = text] = shape.exec(text) ?? [];
	return (
		<li class={level.toLowerCase()}>
			<span class="faint num">{time}</span> <span class="level">{level}</span> <span class="faint">{worker}</span>{" "}
			{said}
		</li>
	);
}
