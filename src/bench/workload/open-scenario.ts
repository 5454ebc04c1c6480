/** Opens a built-in scenario: the lab origin in its own process, and its list. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { originSize } from "../../origin/content.ts";
import { watchServer } from "../measure/watch-server.ts";
import { type ScenarioName, scenarios } from "../scenarios.ts";
import { expectOrigin } from "./expectation.ts";
import { startOriginProcess } from "./origin-process.ts";
import { writeCurlList } from "./url-list.ts";
import type { Workload } from "./workload.ts";

const seed = 1;

/** The lab origin is here: no proxy knows the way. */
const withoutProxies: NodeJS.ProcessEnv = Object.fromEntries(
	["http_proxy", "https_proxy", "all_proxy"]
		.flatMap((name) => [name, name.toUpperCase()])
		.map((name) => [name, undefined]),
);

/** @param folder where the list is written; exists. @throws {Error} the origin could not start. */
export async function openScenario(name: ScenarioName, folder: string, signal: AbortSignal): Promise<Workload> {
	const { description, origin: options } = scenarios[name];
	const list = join(folder, `${name}.txt`);
	const origin = await startOriginProcess({ ...options, seed, list }, signal);
	const urls = (await readFile(list, "utf8")).split("\n").filter((line) => line.startsWith("http"));
	await writeCurlList(list, urls);
	return {
		name,
		description,
		listName: `scenario ${name}`,
		list,
		urlList: list,
		entries: urls.length,
		bytes: urls.reduce((total, url) => total + (originSize(url) ?? 0), 0),
		probes: [],
		expectation: expectOrigin(seed, urls),
		server: watchServer(origin.pid),
		env: withoutProxies,
		[Symbol.asyncDispose]: () => origin[Symbol.asyncDispose](),
	};
}
