/** What of a Parquet schema can be read as a column: texts, lists of texts, and those within structs. */
import type { SchemaTree } from "hyparquet";
import { BrokenListError } from "./broken-list-error.ts";
import { findColumns, namedInstead } from "./columns.ts";
import type { ReadOptions } from "./read-options.ts";

/** The places of values in the schema, by what they are for. */
export type Leaves = {
	readonly url: readonly string[];
	readonly out: readonly string[] | undefined;
	readonly checksum: readonly string[] | undefined;
};

type Column = {
	/** With a dot before what lies in a struct: `image.url`. */
	readonly name: string;
	/** Where its values are; what it is instead where they are no texts. */
	readonly leaf: readonly string[] | string;
};

const flags = { url: "--url-column", out: "--out-column", checksum: "--checksum-column" } as const;

/** @throws {BrokenListError} one that is needed is not there, is there twice, or is no text. */
export function findLeaves(schema: SchemaTree, options: ReadOptions): Leaves {
	const { columns: names = {} } = options;
	const columns = withoutShadowed(columnsOf(schema));
	for (const use of ["url", "out", "checksum"] as const) {
		if (use === "url" || names[use] !== undefined) refuseStruct(columns, names[use] ?? "url", flags[use]);
	}
	const places = findColumns(
		columns.map(({ name }) => name),
		options,
	);
	const leafOf = (use: "url" | "out" | "checksum"): readonly string[] | undefined => {
		const column = columns[places[use]];
		if (column === undefined) return undefined;
		if (typeof column.leaf !== "string") return column.leaf;
		// One that nobody asked for has the name by chance.
		if (use !== "url" && names[use] === undefined) return undefined;
		throw new BrokenListError(
			1,
			`the column ${JSON.stringify(column.name)} is ${column.leaf}: what can be read is text, or a list of texts, which stands for mirrors`,
		);
	};
	return { url: leafOf("url") ?? [], out: leafOf("out"), checksum: leafOf("checksum") };
}

function columnsOf(node: SchemaTree): readonly Column[] {
	return node.children.flatMap((child): readonly Column[] => {
		const name = child.path.join(".");
		if (child.children.length === 0) return [{ name, leaf: child.path }];
		const other = kindOf(child);
		if (other === undefined) return columnsOf(child);
		return [{ name, leaf: (other === list && elementOf(child)) || other }];
	});
}

const list = "a list of lists or structs";

/** What a group is, unless it is a struct. */
function kindOf({ element }: SchemaTree): string | undefined {
	const annotations = [element.converted_type, element.logical_type?.type];
	if (annotations.includes("MAP") || annotations.includes("MAP_KEY_VALUE")) return "a map";
	if (annotations.includes("LIST") || element.repetition_type === "REPEATED") return list;
	if (annotations.includes("VARIANT")) return "a variant";
	return undefined;
}

/** The texts of a list: in its repeated child, or in the one child of that. */
function elementOf(node: SchemaTree): readonly string[] | undefined {
	const [repeated, ...more] = node.children;
	if (repeated?.element.repetition_type !== "REPEATED" || more.length > 0) return undefined;
	if (node.element.repetition_type === "REPEATED") return undefined;
	if (repeated.children.length === 0) return repeated.path;
	const [element, ...others] = repeated.children;
	const isText = element?.children.length === 0 && element.element.repetition_type !== "REPEATED";
	return isText && others.length === 0 ? element.path : undefined;
}

/** A column may have a dot in its own name: that one is meant. */
function withoutShadowed(columns: readonly Column[]): readonly Column[] {
	const own = new Set(columns.flatMap(({ name, leaf }) => (isOwn(name, leaf) ? [name] : [])));
	return columns.filter(({ name, leaf }) => isOwn(name, leaf) || !own.has(name));
}

function isOwn(name: string, leaf: Column["leaf"]): boolean {
	return typeof leaf === "string" || leaf[0] === name;
}

/** A struct has no values of its own. */
function refuseStruct(columns: readonly Column[], wanted: string, flag: string): void {
	const isWanted = (name: string): boolean => name.toLowerCase() === wanted.toLowerCase();
	if (columns.some(({ name }) => isWanted(name))) return;
	const inside = columns.flatMap(({ name }) =>
		name.toLowerCase().startsWith(`${wanted.toLowerCase()}.`) ? [name] : [],
	);
	if (inside.length === 0) return;
	throw new BrokenListError(
		1,
		`the column ${JSON.stringify(wanted)} is a struct; it has ${namedInstead(inside, flag)}`,
	);
}
