/** An origin that answers the first requests, and the others when it is told to: a run stays in the midst of its work for as long as it is looked at. */
import type { TestContext } from "node:test";
import { serve } from "../download/serve.ts";

export type HeldOrigin = {
	readonly host: string;
	/** Requests so far. */
	asked(): number;
	/** A list of some URLs. */
	list(files: number): string;
	/** Answers what was held, and whatever comes from now on. */
	release(): void;
};

/** @param open - So many requests are answered at once. */
export async function serveHeld(context: TestContext, open: number): Promise<HeldOrigin> {
	const held: (() => void)[] = [];
	let left = open;
	const { url, requests } = await serve(context, ({ url: path }, response) => {
		const answer = (): void => void response.end(path);
		if (left-- > 0) answer();
		else held.push(answer);
	});
	return {
		host: new URL(url).host,
		asked: () => requests.length,
		list: (files) => Array.from({ length: files }, (_, n) => `${url}/${n}\n`).join(""),
		release() {
			left = Number.POSITIVE_INFINITY;
			for (const answer of held.splice(0)) answer();
		},
	};
}
