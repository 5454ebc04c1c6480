/** Links of the Markdown pages lead somewhere: to files of the project, and to headings that there are. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { test } from "node:test";
import { projectRoot } from "./source-files.ts";

const pages = [
	...readdirSync(projectRoot).filter((name) => name.endsWith(".md")),
	...["docs", "benchmarks", "examples", "deploy"]
		.filter((folder) => existsSync(projectRoot + folder))
		.flatMap((folder) =>
			readdirSync(projectRoot + folder, { recursive: true, encoding: "utf8" })
				.filter((name) => name.endsWith(".md"))
				.map((name) => join(folder, name)),
		),
];

/** Without code, in which brackets mean something else. */
function proseOf(page: string): string {
	return readFileSync(projectRoot + page, "utf8")
		.replace(/^(```|~~~)[\s\S]*?^\1/gm, "")
		.replace(/^ {4}.*$/gm, "")
		.replace(/`[^`\n]*`/g, "``");
}

/** As GitHub names them. */
function anchorsOf(page: string): readonly string[] {
	const text = readFileSync(projectRoot + page, "utf8").replace(/^(```|~~~)[\s\S]*?^\1/gm, "");
	return Array.from(text.matchAll(/^#+ +(.*)$/gm), ([, heading = ""]) =>
		heading
			.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, "")
			.replaceAll(" ", "-"),
	);
}

function problemOf(page: string, link: string): string | undefined {
	if (/^https?:/.test(link)) return URL.canParse(link) ? undefined : `${page}: ${link} is no URL`;
	const [path = "", anchor] = link.split("#");
	const target = path === "" ? page : join(dirname(page), decodeURI(path));
	if (target.startsWith("..") || !existsSync(projectRoot + target)) return `${page}: ${link} leads nowhere`;
	if (anchor !== undefined && !anchorsOf(target).includes(anchor)) return `${page}: ${link} has no such heading`;
	return undefined;
}

test("every page of docs is found from its first one", () => {
	const first = readFileSync(`${projectRoot}docs/README.md`, "utf8");
	const ones = readdirSync(`${projectRoot}docs`).filter((name) => name.endsWith(".md") && name !== "README.md");
	assert.deepEqual(
		ones.filter((name) => !first.includes(`](${name})`)),
		[],
	);
});

test("every link and picture is there", () => {
	const links = pages.flatMap((page) =>
		Array.from(proseOf(page).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|<(https?:[^>]+)>/g), ([, link, url]) => ({
			page,
			link: link ?? url ?? "",
		})),
	);
	assert(links.length > 20, String(links.length));
	assert.deepEqual(
		links.flatMap(({ page, link }) => problemOf(page, link) ?? []),
		[],
	);
});

test("every page of docs is linked from the README or from another page", () => {
	const linked = new Set(
		pages.flatMap((page) =>
			Array.from(proseOf(page).matchAll(/\]\(([^)#\s]+)/g), ([, link = ""]) => join(dirname(page), link)),
		),
	);
	// What shows for the folder itself needs no link.
	linked.add("docs/README.md");
	const alone = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page) && !linked.has(page));
	assert.deepEqual(alone, []);
});
