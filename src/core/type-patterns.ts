/** Which media types are wanted: patterns such as `image/*`, and whether a type is one of them (RFC 9110, 8.3.1). */

/** Longest media type that is looked at: a star in a pattern costs time for each character. */
const longestType = 200;

const patternText = /^[!#$%&'+.^_`|~0-9a-z*-]{1,100}\/[!#$%&'+.^_`|~0-9a-z*-]{1,100}$/;
const mostStars = 2;

/** Names of one thing. */
const aliases: ReadonlyMap<string, string> = new Map([
	["application/x-zip-compressed", "application/zip"],
	["application/x-zip", "application/zip"],
	["application/x-gzip", "application/gzip"],
	["application/x-pdf", "application/pdf"],
	["application/x-tar", "application/tar"],
	["application/x-xml", "application/xml"],
	["text/xml", "application/xml"],
	["text/json", "application/json"],
	["text/javascript", "application/javascript"],
	["image/jpg", "image/jpeg"],
	["image/pjpeg", "image/jpeg"],
	["image/x-png", "image/png"],
	["audio/mp3", "audio/mpeg"],
	["audio/x-wav", "audio/wav"],
	["audio/vnd.wave", "audio/wav"],
	["video/x-matroska", "video/matroska"],
]);

/** Types that servers give to what they know nothing of. */
const vague: ReadonlySet<string> = new Set([
	"",
	"application/octet-stream",
	"binary/octet-stream",
	"application/binary",
	"application/unknown",
	"application/x-download",
	"application/force-download",
	"application/download",
]);

/** Reads patterns with commas between them; undefined where one is none. */
export function parseTypePatterns(text: string): readonly string[] | undefined {
	const patterns = text.split(",").map((pattern) => pattern.trim().toLowerCase());
	const isEach = patterns.every((pattern) => patternText.test(pattern) && pattern.split("*").length <= mostStars + 1);
	return isEach ? patterns.map(usualType) : undefined;
}

/** The media type of a Content-Type field, without parameters, in lower case; empty where there is none. */
export function essenceOf(contentType: string | undefined): string {
	return usualType((contentType ?? "").split(";", 1).join("").trim().toLowerCase().slice(0, longestType));
}

/** Whether a type says nothing of what the bytes are. */
export function isVague(type: string): boolean {
	return vague.has(type);
}

/** @param type - As `essenceOf` gives it. */
export function isWanted(patterns: readonly string[], type: string): boolean {
	return patterns.some((pattern) => (pattern.includes("*") ? expressionOf(pattern).test(type) : pattern === type));
}

export function usualType(type: string): string {
	return aliases.get(type) ?? type;
}

function expressionOf(pattern: string): RegExp {
	const parts = pattern.split("*").map((part) => part.replace(/[.+^$|]/g, "\\$&"));
	return new RegExp(`^${parts.join(".*")}$`);
}
