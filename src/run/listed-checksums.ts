/** The checksums of --checksums for an entry, by the names that are known before a request. */

import type { Checksum } from "../core/checksum.ts";
import type { ChecksumTable } from "../core/checksum-table.ts";
import { folderOf, nameFromPath, safeName } from "../core/naming.ts";
import type { Layout } from "../core/options.ts";
import { decodePercent } from "../core/percent.ts";

export type ListedAs = {
	readonly url: string;
	readonly out?: string | undefined;
	readonly folder?: string | undefined;
};

/** What the file must be; names that a response gives are looked up when it has come. */
export function listedChecksums(
	table: ChecksumTable,
	{ url, out, folder }: ListedAs,
	layout: Layout,
): readonly Checksum[] {
	if (out !== undefined) return table.find(out);
	const listed = new URL(url);
	const name = nameFromPath(listed.pathname);
	const within = folder ?? folderOf(listed, layout);
	const file = safeName(name, { fromOut: false });
	return table.find(within === "" ? file : `${within}/${file}`, pathOf(listed, name));
}

/** With the name as it is listed, before it is made safe. */
function pathOf({ pathname }: URL, name: string): string {
	return `${decodePercent(pathname.slice(0, pathname.lastIndexOf("/")))}/${name}`;
}
