/** The process of the lab origin: serves what its parent asks for, so that it shares no event loop with what is measured. */
import type { OriginOptions } from "../../origin/options.ts";
import { startOrigin } from "../../origin/origin.ts";

/** From the parent: once, what to serve. */
export type OriginRequest = Partial<OriginOptions>;
/** To the parent: it listens, or why it cannot. */
export type OriginReply = { readonly url: string } | { readonly error: string };

process.once("message", (request: OriginRequest) => {
	void serve(request);
});
// The parent ended, however it did: nobody needs this process any more.
process.once("disconnect", () => process.exit(0));
// Ctrl+C reaches the whole group of the terminal; the parent says when it is over.
process.on("SIGINT", () => undefined);

async function serve(request: OriginRequest): Promise<void> {
	const reply: OriginReply = await startOrigin(request).then(
		({ url }) => ({ url }),
		(error: unknown) => ({ error: String(error) }),
	);
	process.send?.(reply);
}
