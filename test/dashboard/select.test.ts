/** The hosts that a view shows are the first ones of all that fit, as sorting them all would give. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type HostRow, hostOrders, type View, wholeView } from "../../src/dashboard/model.ts";
import { firstHosts, fitsFailure } from "../../src/dashboard/select.ts";

const small = fc.integer({ min: 0, max: 3 });
const hosts = fc.uniqueArray(
	fc.record({
		host: fc.stringMatching(/^[a-c]{1,4}\.example$/),
		inFlight: small,
		saved: small,
		failed: small,
		bytes: small,
		fileMs: fc.option(small),
		errors: fc.constantFrom<Record<string, number>>({}, { dns: 1 }, { http_404: 2 }, { http_404: 1, http_403: 1 }),
	}),
	{ selector: ({ host }) => host, maxLength: 40 },
);
const views: fc.Arbitrary<View> = fc.record({
	host: fc.constantFrom("", "a", "A", "b.ex", "none"),
	code: fc.constantFrom("", "dns", "http_", "http_404", "tls"),
	order: fc.constantFrom(...hostOrders),
	wholeLog: fc.boolean(),
});

test("the first of those that fit, in the order of the view", () => {
	fc.assert(
		fc.property(hosts, views, fc.integer({ min: 1, max: 10 }), (all, view, most) => {
			const { rows, fitting } = firstHosts(all, view, most);
			const fits = all.filter(
				({ host, errors }) =>
					host.includes(view.host.toLowerCase()) &&
					(view.code === "" || Object.keys(errors).some((code) => code.startsWith(view.code))),
			);
			assert.equal(fitting, fits.length);
			const { order } = view;
			if (order === "host") {
				const names = fits.map(({ host }) => host).sort();
				assert.deepEqual(
					rows.map(({ host }) => host),
					names.slice(0, most),
				);
			} else {
				const values = fits.map((host) => host[order] ?? 0).sort((a, b) => b - a);
				assert.deepEqual(
					rows.map((host) => host[order] ?? 0),
					values.slice(0, most),
				);
			}
			assert(rows.every((row) => fits.includes(row)));
			assert.equal(new Set(rows).size, rows.length);
		}),
	);
});

test("the order of the list does not matter, so that rows do not jump", () => {
	fc.assert(
		fc.property(hosts, views, (all, view) => {
			const names = (list: readonly Pick<HostRow, "host">[]): string[] => list.map(({ host }) => host);
			assert.deepEqual(names(firstHosts(all, view, 5).rows), names(firstHosts(all.toReversed(), view, 5).rows));
		}),
	);
});

const failure = { host: "www.example.org:8080", code: "http_404" };
for (const [view, fits] of [
	[{}, true],
	[{ host: "example.org" }, true],
	[{ host: "EXAMPLE" }, true],
	[{ host: "example.com" }, false],
	[{ code: "http_404" }, true],
	[{ code: "http_" }, true],
	[{ code: "dns" }, false],
	[{ host: "www", code: "dns" }, false],
] as const) {
	test(`a failure and ${JSON.stringify(view)}: ${fits}`, () => {
		assert.equal(fitsFailure(failure, { ...wholeView, ...view }), fits);
	});
}
