/** Which origins are spoken to in HTTP/2. What speaks it loads with the first of them: most runs need none. */
import { describe } from "../core/describe-error.ts";
import { type Failure, permanent } from "../core/failure.ts";
import type { Http2Mode } from "../core/options.ts";
import type { createHttp2Pool } from "./http2-pool.ts";

export type Http2Choice = {
	readonly mode: Http2Mode;
	/** Whether the origin is known to be spoken to in it. */
	isFor(origin: string): boolean;
	/** The origin speaks nothing else. */
	note(origin: string): void;
	load(): Promise<{ readonly createHttp2Pool: typeof createHttp2Pool }>;
};

/** Most origins that are remembered to speak nothing else. */
const keepOrigins = 1024;

export function createHttp2Choice(mode: Http2Mode): Http2Choice {
	const noted = new Set<string>();
	return {
		mode,
		isFor: (origin) => mode === "always" || noted.has(origin),
		note(origin) {
			for (const oldest of noted) {
				if (noted.size < keepOrigins) break;
				noted.delete(oldest);
			}
			noted.add(origin);
		},
		load: () => import("./http2-pool.ts"),
	};
}

/** What speaks it could not be loaded: the installation is broken. */
export function notLoaded(error: unknown): Failure {
	return permanent(
		"io",
		`what speaks HTTP/2 cannot be loaded: ${describe(error).message} (is downspout installed whole?)`,
	);
}
