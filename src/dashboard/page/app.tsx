/** The page from top to bottom. */
import { useComputed, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { Announcer } from "./announcer.tsx";
import { Charts } from "./charts.tsx";
import { Failures } from "./failures.tsx";
import { Filter } from "./filter.tsx";
import { Flights } from "./flights.tsx";
import { Header } from "./header.tsx";
import { Hosts } from "./hosts.tsx";
import { Levels } from "./levels.tsx";
import { Log } from "./log.tsx";
import { Missing } from "./missing.tsx";
import { Outcome } from "./outcome.tsx";
import { Progress } from "./progress.tsx";
import { connection } from "./source.ts";
import { hasEnded, state } from "./store.ts";
import { percentText } from "./texts.ts";
import { Workers } from "./workers.tsx";

export function App(): JSX.Element {
	const isKnown = useComputed(() => state.value !== undefined);
	useSignalEffect(() => {
		const share = state.value?.now.share;
		const ended = (state.value?.cancelled ?? 0) > 0 ? "stopped" : "done";
		const sign = hasEnded.value ? ended : typeof share === "number" ? percentText(share) : "";
		document.title = sign === "" ? "downspout" : `${sign} · downspout`;
	});
	if (!isKnown.value) return <Missing connection={connection.value} />;
	return (
		<>
			<a class="skip" href="#hosts">
				Skip to hosts and failures
			</a>
			<Header />
			<main>
				<Progress />
				<Outcome />
				<Charts />
				<Filter />
				<div class="columns">
					<Hosts />
					<Failures />
				</div>
				<div class="columns">
					<Flights />
					<div class="stack">
						<Workers />
						<Levels />
					</div>
				</div>
				<Log />
			</main>
			<Announcer />
		</>
	);
}
