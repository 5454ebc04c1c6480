/** The usual extensions of media types, for `--adjust-extension`: the table is large, so it loads only then. */
import type { ExtensionLookup } from "./target.ts";

export async function loadExtensions(): Promise<ExtensionLookup> {
	const { default: mime } = await import("mime");
	return (mediaType) => mime.getExtension(mediaType) ?? undefined;
}
