/** The page before anything is known. */
import type { JSX } from "preact";
import type { Connection } from "./source.ts";

export function Missing({ connection }: { readonly connection: Connection }): JSX.Element {
	return (
		<main class="notice" aria-live="polite">
			<h1>downspout</h1>
			{connection === "refused" ? (
				<p>
					This page shows a run only to those who know its token. Open the whole address that downspout printed: it ends
					with <code>#</code> and the token.
				</p>
			) : connection === "lost" ? (
				<p>The run has ended, or cannot be reached. Its records are in its log folder.</p>
			) : (
				<p>Connecting to the run …</p>
			)}
		</main>
	);
}
