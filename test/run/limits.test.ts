/** The host governor, seen from the servers: never more at once than asked for, in all and to one host. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Served, serve } from "../download/serve.ts";
import { runList } from "./run-list.ts";

type Case = { readonly concurrency: number; readonly perHost: number; readonly hosts: number; readonly most: number };

const cases: readonly Case[] = [
	{ concurrency: 8, perHost: 8, hosts: 1, most: 8 },
	{ concurrency: 8, perHost: 3, hosts: 1, most: 3 },
	{ concurrency: 8, perHost: 3, hosts: 2, most: 6 },
	{ concurrency: 8, perHost: 3, hosts: 5, most: 8 },
	{ concurrency: 1, perHost: 1, hosts: 3, most: 1 },
];

for (const { concurrency, perHost, hosts, most } of cases) {
	test(`${concurrency} in all and ${perHost} to one of ${hosts} hosts: at most ${most}, and that many are used`, async (context) => {
		let total = 0;
		let highest = 0;
		const highestOf = new Map<number, number>();
		const servers: Served[] = [];
		for (let host = 0; host < hosts; host++) {
			let here = 0;
			const server = await serve(context, (request, response, nth) => {
				here++;
				highest = Math.max(highest, ++total);
				highestOf.set(host, Math.max(highestOf.get(host) ?? 0, here));
				setTimeout(() => {
					here--;
					total--;
					// Retries are under the same limits.
					const fails = nth === 0 && Number(request.url?.slice(1)) % 5 === 0;
					response.writeHead(fails ? 503 : 200).end();
				}, 4);
			});
			servers.push(server);
		}
		const list = Array.from({ length: 120 }, (_, n) => `${servers[n % hosts]?.url}/${n}`).join("\n");
		const { summary } = await runList(context, list, { options: { concurrency, perHost, retryBaseMs: 5 } });
		assert.equal(summary.saved, 120);
		assert.equal(highest, most);
		for (const highestHere of highestOf.values()) assert(highestHere <= perHost);
	});
}
