/** What files are called and in which folder they go, up to collisions, which the file system settles. */
import type { Layout } from "./options.ts";
import { decodePercent } from "./percent.ts";
import { safeName } from "./safe-name.ts";

export { nameFromContentDisposition } from "./content-disposition.ts";
export { withExtension } from "./media-type.ts";
export { safeFolderPath, safeOutPath } from "./out-path.ts";
export { maxNameBytes, numberedName, safeName } from "./safe-name.ts";

/** Longest folder path that a URL may ask for, in bytes: with DIR and a name it stays below the 4096 of Linux. */
const maxFolderBytes = 2000;
/** Most folders that a URL may ask for. */
const maxFolders = 100;

/** The last segment of a URL's path, percent-decoded, else `index.html`. Not yet a safe name. */
export function nameFromPath(pathname: string): string {
	const segment = pathname.slice(pathname.lastIndexOf("/") + 1);
	return segment === "" ? "index.html" : decodePercent(segment);
}

/**
 * The folder for a URL's file, relative to the download directory: empty for `flat`, else `host` or `host/path`, each
 * segment made safe. A port other than the scheme's own stands as `host+port`. Of a path that is too long or too deep
 * the first folders stay.
 */
export function folderOf(url: URL, layout: Layout): string {
	if (layout === "flat") return "";
	const host = url.hostname.replace(/^\[|\]$/g, "");
	let folder = safeName(url.port === "" ? host : `${host}+${url.port}`, { fromOut: false });
	if (layout === "host") return folder;
	const segments = url.pathname.split("/").slice(0, -1);
	for (const segment of segments.filter((part) => part !== "").slice(0, maxFolders)) {
		const deeper = `${folder}/${safeName(decodePercent(segment), { fromOut: false })}`;
		if (Buffer.byteLength(deeper) > maxFolderBytes) break;
		folder = deeper;
	}
	return folder;
}
