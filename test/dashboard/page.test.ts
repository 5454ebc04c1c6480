/** The page in a real Chromium: a run of 2,000 entries with faults is watched to its end, on wide and narrow screens. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { loopbackHosts, type OriginOptions } from "../../src/origin/options.ts";
import { startOrigin } from "../../src/origin/origin.ts";
import { formatCount } from "../../src/report/units.ts";
import { contrast, openBrowser, skipUnlessChromium } from "../browser/open-browser.ts";
import { startDownspout } from "../cli/run-downspout.ts";
import { buildPage } from "./build-page.ts";

const skip = skipUnlessChromium;
let browser: Browser | undefined;

before(async () => {
	await buildPage();
	if (skip === false) browser = await openBrowser();
});
after(() => browser?.close());

/** Not on the origin: what fails in ways of its own, and text that must never become markup. */
const odd = [
	"ftp://files.example/a",
	"http://127.0.0.1:1/<img src=x onerror=document.title='broken'>",
	"no url at all",
];

type Started = { readonly folder: string; readonly address: string; end(): Promise<number | null> };

/** Starts a run of the command that is watched. */
async function start(context: TestContext, lab: Partial<OriginOptions>, args: readonly string[]): Promise<Started> {
	const folder = await mkdtemp(join(tmpdir(), "downspout-page-"));
	const list = join(folder, "urls.txt");
	const origin = await startOrigin({ ...lab, list });
	await appendFile(list, odd.map((line) => `${line}\n`).join(""));
	const fixed = [
		"urls.txt",
		"-d",
		"got",
		"--dashboard",
		"--report",
		"-q",
		"--retry-base",
		"0.05",
		"-c",
		"32",
		"--per-host",
		"16",
	];
	const run = startDownspout([...fixed, ...args], { cwd: folder });
	const exited = once(run, "exit");
	context.after(async () => {
		run.kill("SIGKILL");
		await exited;
		await origin[Symbol.asyncDispose]();
		await rm(folder, { recursive: true });
	});
	assert(run.stderr);
	const [line] = await once(run.stderr, "data");
	const address = /http:\S+/.exec(String(line))?.[0] ?? assert.fail(String(line));
	run.stdout?.resume();
	return {
		folder,
		address,
		async end() {
			await exited;
			return run.exitCode;
		},
	};
}

type View = { readonly width: number; readonly colorScheme: "light" | "dark" };
const views: readonly [View, ...View[]] = [
	{ width: 1440, colorScheme: "light" },
	{ width: 1440, colorScheme: "dark" },
	{ width: 390, colorScheme: "light" },
	{ width: 390, colorScheme: "dark" },
];

type Opened = { readonly page: Page; readonly wrongs: string[] };

/** Opens the page; `wrongs` gathers errors, and requests to elsewhere. */
async function openPage(address: string, { width, colorScheme }: View = views[0]): Promise<Opened> {
	assert(browser);
	const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
	// A slow machine is slow with all of this: what must come is waited for.
	page.setDefaultTimeout(240_000);
	const wrongs: string[] = [];
	page.on("pageerror", (error) => wrongs.push(String(error)));
	page.on("console", (message) => {
		if (message.type() === "error") wrongs.push(message.text());
	});
	const own = new URL(address).origin;
	page.on("request", (request) => {
		if (!request.url().startsWith("data:") && new URL(request.url()).origin !== own) wrongs.push(request.url());
	});
	await page.goto(address);
	return { page, wrongs };
}

const counts = ["saved", "skipped", "duplicates", "failed", "cancelled", "retries"] as const;

/** The counts of the page, and its failures by code. */
async function shownBy(page: Page): Promise<Record<string, string>> {
	const shown: Record<string, string> = {};
	for (const name of counts) shown[name] = (await page.getByTestId(name).textContent()) ?? "";
	for (const option of await page.locator("select option:not([value=''])").all()) {
		const [, code = "", count = ""] = /^(\S+) \((.*)\)$/.exec((await option.textContent()) ?? "") ?? [];
		shown[code] = count;
	}
	return shown;
}

const faulty = {
	files: 2000,
	hosts: loopbackHosts(20),
	size: { kind: "lognormal", medianBytes: 8192, sigma: 1 },
	latencyMs: 25,
	jitterMs: 20,
	missingRate: 0.03,
	errorRate: 0.02,
	resetRate: 0.01,
} as const;

test("what it shows at the end is what summary.json says, on every screen, and so does the report", {
	skip,
}, async (context) => {
	const { folder, address, end } = await start(context, faulty, ["-m", "mix"]);
	const opened = await Promise.all(views.map((view) => openPage(address, view)));
	await Promise.all(opened.map(({ page }) => page.getByTestId("phase").getByText("Running").waitFor()));
	for (const { page } of opened) await page.getByTestId("phase").getByText("Finished").waitFor();

	const summary = JSON.parse(await readFile(join(folder, "logs", "latest", "summary.json"), "utf8"));
	assert.deepEqual([summary.total, summary.failed > 40, summary.retries > 20], [2003, true, true]);
	const wanted: Record<string, string> = {};
	for (const name of counts) wanted[name] = formatCount(summary[name]);
	for (const [code, count] of Object.entries<number>(summary.errors)) wanted[code] = formatCount(count);
	for (const [index, { page, wrongs }] of opened.entries()) {
		assert.deepEqual(await shownBy(page), wanted);
		assert.deepEqual(wrongs, []);
		assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
		assert.match(
			(await page.locator(".outcome").textContent()) ?? "",
			/with failures.*downspout \S+failed\.txt -d \S+got/,
		);
		assert.match(await page.title(), /^done · downspout$/);
		// What is of no use any more has gone.
		assert.equal(await page.locator(".flights, .head button, .steer").count(), 0);
		assert.match((await page.locator(".chart .under").first().textContent()) ?? "", /^on average, peak \d/);
		assert.equal(await page.locator("img").count(), 0);
		const rows = await page.locator(".hosts tbody tr").count();
		assert(rows >= 21, String(rows));
		if (index > 0) await page.close();
	}
	await opened[0]?.page.close();
	assert.equal(await end(), 1);

	const { page, wrongs } = await openPage(pathToFileURL(join(folder, "logs", "latest", "report.html")).href);
	assert.deepEqual(await shownBy(page), wanted);
	await page.locator("select").selectOption("http_404");
	const missing = await page.locator(".failures .group").count();
	assert.equal(missing, 1);
	assert.equal(await page.locator(".failures li").count(), summary.errors.http_404);
	assert.equal(await page.getByRole("button", { name: /^Pause/ }).count(), 0);
	assert.deepEqual(wrongs, []);
	await page.close();
});

/** Files enough for as long as the test needs, from hosts that differ. */
const lasting = {
	...faulty,
	files: 40_000,
	latencyMs: 150,
	jitterMs: 50,
	slowRate: 0.02,
	slowBytesPerSecond: 2000,
} as const;

test("the run is paused and goes on, a host likewise, and its level falls: by keyboard too", {
	skip,
}, async (context) => {
	const { address } = await start(context, lasting, ["-m", "async"]);
	const { page, wrongs } = await openPage(address);
	const phase = page.getByTestId("phase");
	await page.locator(".hosts tbody tr").nth(5).waitFor();
	await page.getByRole("button", { name: "Pause", exact: true }).press("Enter");
	await phase.getByText("Paused").waitFor();
	await page.getByRole("button", { name: "Go on", exact: true }).click();
	await phase.getByText("Running").waitFor();

	await page.getByLabel("Host", { exact: true }).fill("127.0.0.1");
	await page.getByText(/of \d+ hosts fit/).waitFor();
	await page.getByRole("button", { name: "Host", exact: true }).click();
	const row = page.locator(".hosts tbody tr").first();
	await row.locator("th", { hasText: /^127\.0\.0\.10:/ }).waitFor();
	const host = (await row.locator("th").textContent()) ?? "";
	await row.getByRole("button", { name: `Pause ${host}` }).click();
	await row.getByRole("button", { name: `Go on with ${host}` }).click();
	await row.getByRole("button", { name: `Pause ${host}` }).waitFor();
	await row.getByRole("button", { name: `Fewer at once from ${host}` }).focus();
	await page.keyboard.press("Space");
	await row.getByText("/12").waitFor();
	await page.locator(".levels").getByText("by hand").waitFor();
	await row.getByRole("button", { name: `Give the level of ${host} back` }).click();
	await row.getByText("/16").waitFor();

	// While the pointer is over a row, what is under it stays, in whatever order the others would be.
	await page.getByRole("button", { name: "Saved", exact: true }).click();
	await page.locator("th[aria-sort=descending]", { hasText: "Saved" }).waitFor();
	await row.hover();
	const hosts = async (): Promise<string> => (await page.locator(".hosts tbody th").allTextContents()).join();
	const before = await hosts();
	const saved = Number(await row.locator("td").nth(1).textContent());
	await row
		.locator("td")
		.nth(1)
		.getByText(new RegExp(`^(${Array.from({ length: 99 }, (_, n) => saved + 2 + n).join("|")})$`))
		.waitFor();
	assert.equal(await hosts(), before);
	assert.deepEqual(wrongs, []);
	await page.close();
});

/** `40%` and more; below 100, as the end brings something new. */
function percentsFrom(least: number): RegExp {
	const texts = Array.from({ length: Math.max(0, 100 - least) }, (_, more) => `${least + more}%`);
	return new RegExp(`^(${texts.join("|")})$`);
}

test("nothing moves while numbers change, and the command that tries again is copied", { skip }, async (context) => {
	const { folder, address } = await start(context, lasting, ["-m", "async"]);
	const { page } = await openPage(address);
	await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
	await page.locator(".failures li").first().waitFor();
	await page.evaluate(`
		window.shifts = [];
		new PerformanceObserver((list) => {
			for (const { value, sources } of list.getEntries())
				for (const { node } of sources) if (node && !node.closest("tr, li, .bar")) shifts.push(value + ": " + node.textContent);
		}).observe({ type: "layout-shift", buffered: false });
	`);
	const places = async (): Promise<unknown> =>
		await page.evaluate(`[...document.querySelectorAll("h2, .facts dt, .now, .percent")].map((one) => {
			const { top, left, right } = one.getBoundingClientRect();
			return [one.textContent.replace(/\\d.*/s, ""), top, one.matches(".now") ? right : left];
		})`);
	const first = await places();
	// The bar has moved on.
	const begun = Number.parseInt((await page.locator(".percent").textContent()) ?? "", 10);
	await page
		.locator(".percent")
		.getByText(percentsFrom(begun + 2))
		.waitFor();
	assert.deepEqual(await places(), first);
	// Rows in an order of their numbers, and a bar that grows, move of course; what has gone since has no name, and is a row too.
	assert.deepEqual(await page.evaluate("shifts"), []);
	await page.locator(".failures").getByRole("button", { name: "Copy the command" }).click();
	await page.locator(".failures").getByText("Copied").waitFor();
	const copied = await page.evaluate("navigator.clipboard.readText()");
	assert.match(String(copied), new RegExp(`^downspout ${folder}/logs/\\S+/failed\\.txt -d ${folder}/got$`));
	await page.close();
});

test("text stands out from its ground, and every control has a name", { skip }, async (context) => {
	const { address } = await start(context, lasting, ["-m", "async"]);
	for (const view of views) {
		const { page } = await openPage(address, view);
		await page.locator(".failures .hint").first().waitFor();
		const colours: [string, string, string][] = await page.evaluate(`
			["body", ".faint", ".percent", ".facts dt", ".failures .code", ".bad", ".hint", ".status", "thead th", ".log .level", ".error .level", ".warn .level"]
				.flatMap((selector) => {
					const found = document.querySelector(selector);
					if (found === null) return [];
					let ground = found;
					const colourOf = (one) => getComputedStyle(one).backgroundColor;
					while (ground.parentElement && colourOf(ground) === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
					return [[selector, getComputedStyle(found).color, colourOf(ground)]];
				})`);
		assert(colours.length > 8);
		for (const [selector, text, ground] of colours)
			assert(contrast(text, ground) >= 4.5, `${selector} ${view.colorScheme}: ${text} on ${ground}`);
		const nameless = await page.evaluate(`
			[...document.querySelectorAll("button, input, select, [role=img], [role=progressbar], [tabindex]")]
				.filter((one) => !(one.ariaLabel || one.textContent.trim() || one.getAttribute("aria-labelledby") || one.labels?.[0]?.textContent.trim()))
				.map((one) => one.outerHTML)`);
		assert.deepEqual(nameless, []);
		await page.close();
	}
});

test("without the token it says what is missing", { skip }, async (context) => {
	const { address } = await start(context, lasting, ["-m", "async"]);
	for (const wrong of [address.replace(/#.*/, ""), `${address}x`]) {
		const { page } = await openPage(wrong);
		await page.getByText("Open the whole address").waitFor();
		await page.close();
	}
});
