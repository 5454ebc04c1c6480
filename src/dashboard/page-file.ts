/** The page as it was built: one file that loads nothing from elsewhere. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { State } from "./model.ts";

export type Page = {
	readonly html: string;
	/** Its Content-Security-Policy: it runs its own script and talks to its own server, and nothing else. */
	readonly policy: string;
};

/** Where a report has its data in the page. */
const place = "<!--data-->";

/** @throws {NodeJS.ErrnoException} it was not built. */
export async function readPage(): Promise<Page> {
	const html = await readFile(new URL("../../dist/dashboard/page.html", import.meta.url), "utf8");
	return { html, policy: policyFor(html, "'self'") };
}

/** The page with a state in it: it shows that, and asks nobody. */
export function staticPage({ html }: Page, state: State): string {
	const json = JSON.stringify(state).replaceAll("<", "\\u003c");
	const policy = `<meta http-equiv="Content-Security-Policy" content="${policyFor(html, "'none'")}">`;
	const data = `<script type="application/json" id="data">${json}</script>`;
	return html.replace(place, () => policy + data);
}

function policyFor(html: string, connect: string): string {
	const hashes = (tag: string): string =>
		Array.from(html.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, "g")), ([, text = ""]) => {
			return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
		}).join(" ");
	const own = `script-src ${hashes("script")}; style-src ${hashes("style")}`;
	return `default-src 'none'; ${own}; connect-src ${connect}; img-src data:; base-uri 'none'; form-action 'none'`;
}
