/** The page's entry: fills it, and follows the run. */
import { render } from "preact";
import { App } from "./app.tsx";
import { start } from "./store.ts";

const root = document.getElementById("app");
if (root !== null) {
	root.replaceChildren();
	render(<App />, root);
	start();
}
