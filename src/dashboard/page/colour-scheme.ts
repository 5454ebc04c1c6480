/** Whether the page is dark: what is drawn on a canvas must be drawn anew when that changes. */
import { type ReadonlySignal, signal } from "@preact/signals";

const query = matchMedia("(prefers-color-scheme: dark)");
const scheme = signal(query.matches ? "dark" : "light");
query.addEventListener("change", () => {
	scheme.value = query.matches ? "dark" : "light";
});

export const colourScheme: ReadonlySignal<string> = scheme;
