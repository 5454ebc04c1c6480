/** The file name extension that a media type asks for. */
import { addExtension, splitName } from "./safe-name.ts";

/** Where the registry's first choice is not what people use, or it has none. */
const usual: ReadonlyMap<string, string> = new Map([
	["audio/mpeg", "mp3"],
	["video/quicktime", "mov"],
	["image/jpg", "jpg"],
	["application/x-gzip", "gz"],
]);

/** Says nothing about what is in the file. */
const anyBytes = "application/octet-stream";

/**
 * Adds the usual extension to a safe name that has none. Digits alone (`report-2.5`) are no extension.
 * @param mediaType value of a Content-Type header, parameters included
 * @param lookup the extension of a media type, without its dot: as the package mime has them
 */
export function withExtension(name: string, mediaType: string, lookup: (type: string) => string | undefined): string {
	if (/\D/.test(splitName(name)[1].slice(1))) return name;
	const type = mediaType.split(";", 1).join("").trim().toLowerCase();
	if (type === anyBytes) return name;
	const extension = usual.get(type) ?? lookup(type);
	return extension ? addExtension(name, `.${extension}`) : name;
}
