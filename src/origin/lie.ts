/** False answers to ranges: what clients that join pieces of a file must find out. */
import { originBytes } from "./content.ts";
import { draw, happens } from "./draw.ts";
import type { OriginOptions } from "./options.ts";
import type { Reply } from "./reply.ts";

const lies = ["bytes", "etag", "total", "whole"] as const;

/** Other bytes, another ETag, another total, or 200 with all of it; drawn for each file. */
export type Lie = (typeof lies)[number];

/** @returns Undefined where ranges of that file are answered as they should be. */
export function lieOf({ seed, lieRate }: OriginOptions, path: string): Lie | undefined {
	if (!happens(lieRate, seed, `lie:${path}`)) return undefined;
	return lies[Math.floor(draw(seed, `which lie:${path}`) * lies.length)];
}

/** @param reply - The true one, to a range. */
export function falsify(
	reply: Reply,
	lie: Exclude<Lie, "whole">,
	{ seed, path }: { seed: number; path: string },
): Reply {
	const { headers, content } = reply;
	switch (lie) {
		case "bytes":
			return content
				? { ...reply, content: { span: content.span, bytes: (part) => originBytes(seed + 1, path, part) } }
				: reply;
		case "etag":
			return { ...reply, headers: { ...headers, etag: '"another"' } };
		case "total":
			return {
				...reply,
				headers: {
					...headers,
					"content-range": String(headers["content-range"]).replace(/\d+$/, (total) => `${Number(total) + 1}`),
				},
			};
	}
}
