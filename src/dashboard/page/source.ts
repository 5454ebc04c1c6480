/** Where the page has its data from: the run, as long as it is connected, or the file itself where it is a report. */
import { signal } from "@preact/signals";
import type { ControlEvent } from "../../core/control.ts";
import type { State, Update, View } from "../model.ts";

export type Connection =
	/** A report: nothing more will come. */
	| "report"
	| "connecting"
	| "connected"
	/** The run, or the way to it, is gone. */
	| "lost"
	/** The address has no token, or a wrong one. */
	| "refused";

/** What is heard of the run. */
export type Listener = { onState(state: State): void; onUpdate(update: Update): void };

export const connection = signal<Connection>("connecting");

let stream: EventSource | undefined;

/** The state that is part of the page, where it is a report. */
export function embeddedState(): State | undefined {
	const text = document.getElementById("data")?.textContent;
	return text ? JSON.parse(text) : undefined;
}

/** Listens from now on, instead of what was listened to before. */
export function listen(view: View, listener: Listener): void {
	stream?.close();
	if (connection.value === "lost" || connection.value === "refused") connection.value = "connecting";
	const query = new URLSearchParams({ token: token(), host: view.host, code: view.code, order: view.order });
	if (view.wholeLog) query.set("log", "whole");
	const source = new EventSource(`/events?${query}`);
	stream = source;
	source.addEventListener("state", ({ data }) => {
		connection.value = "connected";
		listener.onState(JSON.parse(data));
	});
	source.addEventListener("update", ({ data }) => {
		connection.value = "connected";
		listener.onUpdate(JSON.parse(data));
	});
	source.addEventListener("error", () => {
		if (source === stream) void explain(source);
	});
}

/** A closed stream was refused; otherwise the browser tries again by itself. */
async function explain(source: EventSource): Promise<void> {
	if (source.readyState !== EventSource.CLOSED) {
		connection.value = "lost";
		return;
	}
	const status = await fetch("/state", { headers: authorization() }).then(
		(response) => response.status,
		() => 0,
	);
	connection.value = status === 401 ? "refused" : "lost";
}

/** Asks something of the run; gives whether it does it. */
export async function ask(event: ControlEvent): Promise<boolean> {
	const headers = { ...authorization(), "content-type": "application/json" };
	return await fetch("/control", { method: "POST", headers, body: JSON.stringify(event) }).then(
		(response) => response.ok,
		() => false,
	);
}

function token(): string {
	return location.hash.slice(1);
}

function authorization(): { readonly authorization: string } {
	return { authorization: `Bearer ${token()}` };
}
