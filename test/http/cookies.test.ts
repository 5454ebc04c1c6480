/** Cookies of redirects: what an insecure answer sets never stands beside, or in the place of, what a secure one set. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cookies, cookieHeader, storeCookies } from "../../src/http/cookies.ts";

type Step = readonly [url: string, setCookie: string];

const cases: readonly {
	readonly name: string;
	readonly steps: readonly Step[];
	readonly url: string;
	readonly sent: string;
}[] = [
	{
		name: "one set for the domain without TLS, before the secure one of its name",
		steps: [
			["http://www.example.org/", "id=evil; Domain=example.org; Path=/"],
			["https://www.example.org/", "id=good; Path=/; Secure"],
		],
		url: "https://www.example.org/file",
		sent: "id=good",
	},
	{
		name: "one set for the domain without TLS, after the secure one of its name",
		steps: [
			["https://www.example.org/", "id=good; Domain=example.org; Path=/; Secure"],
			["http://www.example.org/", "id=evil; Domain=example.org; Path=/"],
		],
		url: "https://www.example.org/file",
		sent: "id=good",
	},
	{
		name: "one for the host alone",
		steps: [["http://www.example.org/", "id=1; Path=/"]],
		url: "https://www.example.org/file",
		sent: "",
	},
	{
		name: "one for the domain",
		steps: [["https://login.example.org/", "id=1; Domain=example.org; Path=/"]],
		url: "https://data.example.org/file",
		sent: "id=1",
	},
];

for (const { name, steps, url, sent } of cases) {
	test(`${name}: ${sent === "" ? "nothing" : sent} is sent`, async () => {
		let cookies: Cookies | undefined;
		for (const [from, setCookie] of steps) cookies = await storeCookies(cookies, new URL(from), [setCookie]);
		assert.equal(cookieHeader(cookies, new URL(url)), sent);
	});
}
