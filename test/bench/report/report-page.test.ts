/** The report in real Chromium: one file, no request, every chart with its marks, the ranking of results.json. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { writeReport } from "../../../src/bench/report/write-report.ts";
import type { BenchResults } from "../../../src/bench/results.ts";
import { contrast, openBrowser, skipUnlessChromium } from "../../browser/open-browser.ts";
import { sampleResults } from "../sample-results.ts";

const skip = skipUnlessChromium;

let browser: Browser | undefined;
let out = "";

before(async () => {
	out = await mkdtemp(join(tmpdir(), "bench-report-"));
	await writeReport(out, sampleResults());
	if (skip === false) browser = await openBrowser();
});

after(async () => {
	await browser?.close();
	await rm(out, { recursive: true });
});

type View = { readonly width: number; readonly colorScheme: "light" | "dark" };

/** Opens the page and notes every request but that for itself. */
async function openReport({ width, colorScheme }: View): Promise<{ page: Page; requests: string[] }> {
	assert.ok(browser);
	const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
	const requests: string[] = [];
	const address = pathToFileURL(join(out, "report.html")).href;
	page.on("request", (request) => {
		if (request.url() !== address && !request.url().startsWith("data:")) requests.push(request.url());
	});
	await page.goto(address);
	return { page, requests };
}

const views: readonly View[] = [
	{ width: 1280, colorScheme: "light" },
	{ width: 1280, colorScheme: "dark" },
	{ width: 390, colorScheme: "light" },
	{ width: 390, colorScheme: "dark" },
];

for (const view of views) {
	test(`${view.width} px, ${view.colorScheme}: fits, asks for nothing, shows every chart once`, { skip }, async () => {
		const { page, requests } = await openReport(view);
		assert.deepEqual(requests, []);
		assert.equal(await page.evaluate("document.documentElement.scrollWidth"), view.width);
		const shown = page.locator("svg[role=img]:visible");
		assert.equal(await shown.count(), 10);
		for (const svg of await shown.all()) {
			assert.match((await svg.getAttribute("aria-label")) ?? "", /: .*\d/);
			const box = await svg.boundingBox();
			assert.ok(box !== null && box.width > 300 && box.height > 80);
		}
		await page.close();
	});
}

test("every chart has a mark for each of its figures", { skip }, async () => {
	const { page } = await openReport({ width: 1280, colorScheme: "light" });
	const marks = async (workload: string, chart: string, selector: string): Promise<number> =>
		await page.locator(`#${workload} .wide svg[data-chart=${chart}] ${selector}`).count();
	assert.equal(await marks("small-files", "ranking", ".bars rect"), 4);
	assert.equal(await marks("small-files", "ranking", ".intervals line"), 4);
	assert.equal(await marks("small-files", "runs", ".dots circle"), 19);
	assert.equal(await marks("small-files", "runs", ".medians line"), 4);
	assert.equal(await marks("small-files", "throughput", ".lines path"), 4);
	assert.equal(await marks("small-files", "cost", ".dots circle"), 4);
	assert.equal(await marks("small-files", "cost", ".labels text"), 4);
	assert.equal(await marks("small-files", "latency", ".ranges line"), 3);
	assert.equal(await marks("latency", "ranking", ".bars rect"), 3);
	await page.close();
});

test("the report opens with what was found and its chart, before anything else", { skip }, async () => {
	assert.ok(browser);
	const folder = await mkdtemp(join(tmpdir(), "bench-report-"));
	const all = sampleResults();
	const [first] = all.workloads;
	assert.ok(first);
	const results = { ...all, title: "1,000 files of a test", workloads: [first] };
	await writeReport(folder, results);
	const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
	await page.goto(pathToFileURL(join(folder, "report.html")).href);
	assert.equal(await page.title(), "downspout bench: 1,000 files of a test");
	const text = await page.locator("h1, p, h3").allTextContents();
	assert.deepEqual(text.slice(0, 3), [
		"downspout bench: 1,000 files of a test",
		first.analysis.finding,
		"Files saved per second",
	]);
	const chart = await page.locator("svg[role=img]:visible").first().boundingBox();
	assert.ok(chart !== null && chart.y + chart.height < 900, "the chart is seen without scrolling");
	await page.close();
	const markdown = await readFile(join(folder, "report.md"), "utf8");
	const lines = markdown.split("\n").filter((line) => line !== "");
	assert.deepEqual(lines.slice(0, 2), ["# downspout bench: 1,000 files of a test", first.analysis.finding]);
	assert.match(lines[2] ?? "", /^!\[Files saved per second: /);
	await rm(folder, { recursive: true });
});

test("with several workloads the finding of each is at the top", { skip }, async () => {
	const { page } = await openReport({ width: 1280, colorScheme: "light" });
	const shown = await page.locator("nav li").allTextContents();
	assert.deepEqual(
		shown,
		sampleResults().workloads.map(({ name, analysis }) => `${name}: ${analysis.finding}`),
	);
	await page.close();
});

test("the ranking in the page is that of results.json", { skip }, async () => {
	const { page } = await openReport({ width: 1280, colorScheme: "light" });
	const results: BenchResults = JSON.parse(await readFile(join(out, "results.json"), "utf8"));
	for (const { name } of results.workloads) {
		const rows = await page.locator(`#${name} tbody tr`).all();
		const shown = await Promise.all(
			rows.map(async (row) => (await row.locator("th, td").allTextContents()).slice(0, 3)),
		);
		const expected = results.ranking
			.filter((entry) => entry.workload === name)
			.map(({ rank, method, runs, filesPerSecond: { median } }) => {
				return [String(rank), method, runs === 0 ? "–" : new Intl.NumberFormat("en-GB").format(Math.round(median))];
			});
		assert.deepEqual(shown, expected);
	}
	await page.close();
});

test("text stands out from its ground, in light and in dark", { skip }, async () => {
	for (const colorScheme of ["light", "dark"] as const) {
		const { page } = await openReport({ width: 1280, colorScheme });
		const colour = async (selector: string, property: string): Promise<string> =>
			await page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`);
		const ground = await colour("body", "backgroundColor");
		for (const selector of ["body", "figcaption", "th", "td", "#small-files .wide svg text", "a"]) {
			const ratio = contrast(await colour(selector, "color"), ground);
			assert.ok(ratio >= 4.5, `${selector} in ${colorScheme}: ${ratio}`);
		}
		for (const selector of [".key.method", ".key.peer"]) {
			const ratio = contrast(await colour(selector, "backgroundColor"), ground);
			assert.ok(ratio >= 3, `${selector} in ${colorScheme}: ${ratio}`);
		}
		await page.close();
	}
});

test("names of lists and messages of programs are text, never markup", { skip }, async () => {
	const { page } = await openReport({ width: 1280, colorScheme: "light" });
	assert.equal(await page.locator("script, img").count(), 0);
	assert.match((await page.locator("h1").textContent()) ?? "", /<img src=x>/);
	await page.close();
});

test("the charts are files too, and the Markdown shows each of them", async () => {
	const markdown = await readFile(join(out, "report.md"), "utf8");
	const charts = await readdir(join(out, "charts"));
	assert.equal(charts.length, 10);
	for (const chart of charts) {
		assert.ok(markdown.includes(`(charts/${chart})`));
		assert.match(await readFile(join(out, "charts", chart), "utf8"), /^<\?xml.*\n<svg [^>]*xmlns=/);
	}
	assert.match(markdown, /\| 1 \| threads \| 2,0/);
});
