/** Mirrors that servers told of: asked where all that is listed has failed, and only for bytes that a checksum proves. */
import type { Mirror, Pending } from "./pending.ts";

/** Adds them to the entry's own, once. @returns The first of them; undefined where there is none. */
export function addToldMirrors(pending: Pending): Mirror | undefined {
	const { told, mirrors } = pending;
	pending.told = undefined;
	if (!told || told.checksums.length + (pending.checksums?.length ?? 0) === 0) return undefined;
	const more = told.urls
		.filter((url) => mirrors.every((mirror) => mirror.url !== url))
		.map((url): Mirror => ({ url, host: new URL(url).host, tried: 0, out: false, checksums: told.checksums }));
	pending.mirrors = [...mirrors, ...more];
	return more[0];
}
