/** The system's Chromium, for tests that look at pages. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { skipUnless } from "../skip-unless.ts";

const program = "/usr/bin/chromium";
const switches = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-quic", "--no-first-run"].concat([
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
]);

/** The `skip` of tests that need it. */
export const skipUnlessChromium: string | false = skipUnless(existsSync(program), "Debian's chromium");

export async function openBrowser(): Promise<Browser> {
	return await chromium.launch({ executablePath: program, args: switches });
}

/** How much the text of these elements stands out from the ground of that one: at least 4.5 is wanted. */
export function contrast(first: string, second: string): number {
	const [a, b] = [luminance(first), luminance(second)];
	return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Relative luminance of `rgb(…)`, as WCAG defines it. */
function luminance(colour: string): number {
	const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((channel) => {
		const share = Number(channel) / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
