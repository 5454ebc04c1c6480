/** Takes the pictures of the README, of a real run against the lab origin: `npm run pictures`, with Debian's chromium and util-linux. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { startOrigin } from "../src/origin/origin.ts";
import { terminalScreen } from "./terminal-screen.ts";

const bin = fileURLToPath(new URL("../bin/downspout.js", import.meta.url));
const pictures = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const terminal = { columns: 92, rows: 14 };

/** Names of a list that people might have: the lab's files do not matter here. */
const lab = {
	files: 2400,
	size: { kind: "lognormal", medianBytes: 90_000, sigma: 1.6 },
	latencyMs: 60,
	jitterMs: 40,
	missingRate: 0.02,
	errorRate: 0.03,
	resetRate: 0.01,
	slowRate: 0.01,
	slowBytesPerSecond: 60_000,
	bandwidthBytesPerSecond: 14_000_000,
	hosts: ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6"],
} as const;

const folder = await mkdtemp(join(tmpdir(), "downspout-pictures-"));
await mkdir(pictures, { recursive: true });
const origin = await startOrigin({ ...lab, hosts: [...lab.hosts], list: join(folder, "urls.txt") });
const browser = await chromium.launch({
	executablePath: "/usr/bin/chromium",
	args: ["--no-sandbox", "--headless", "--disable-gpu"],
});
try {
	await takePictures(browser);
} finally {
	await browser.close();
	await origin[Symbol.asyncDispose]();
	await rm(folder, { recursive: true, force: true });
}

async function takePictures(browser: Browser): Promise<void> {
	const { columns, rows } = terminal;
	const command = `stty columns ${columns} rows ${rows}; exec ${process.execPath} ${bin} urls.txt -d photos --dashboard`;
	const run = spawn("script", ["-qfc", command, "/dev/null"], { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
	let output = "";
	run.stdout.setEncoding("utf8").on("data", (chunk: string) => {
		output += chunk;
	});
	let address: string | undefined;
	while (address === undefined) {
		await once(run.stdout, "data");
		address = /http:\/\/127\S+\/#[\w-]+/.exec(output)?.[0];
	}
	const pages = await Promise.all(
		(["light", "dark"] as const).map(async (colorScheme) => {
			const page = await browser.newPage({
				viewport: { width: 1360, height: 1180 },
				colorScheme,
				deviceScaleFactor: 1.5,
			});
			await page.goto(address);
			return { page, colorScheme };
		}),
	);
	await pages[0]?.page.locator(".percent", { hasText: /^[5-9]\d%/ }).waitFor({ timeout: 300_000 });
	for (const { page, colorScheme } of pages)
		await page.screenshot({ path: join(pictures, `dashboard-${colorScheme}.png`) });
	await pictureTerminal(browser, terminalScreen(output.replace(/\/#[\w-]+/, "/#…"), rows));
	run.stdin.end("\x03");
	await once(run, "exit");
}

async function pictureTerminal(browser: Browser, screen: string): Promise<void> {
	const html = `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: transparent }
pre { display: inline-block; margin: 0; padding: 1.1rem 1.3rem; border-radius: 10px; background: #12161b; color: #dfe5ea; font: 14px/1.45 "DejaVu Sans Mono", monospace }
.red { color: #ff7a6b } .green { color: #4fbf7f } .yellow { color: #e0ae4d } .cyan { color: #4fc0d8 } .dim { color: #8b96a1 } .bold { font-weight: 700 }
</style><pre>$ downspout urls.txt -d photos --dashboard
${screen}</pre>`;
	const page = await browser.newPage({ deviceScaleFactor: 2 });
	await page.setContent(html);
	await page.locator("pre").screenshot({ path: join(pictures, "terminal.png"), omitBackground: true });
}
