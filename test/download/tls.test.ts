/** Trust in TLS: which certificates are refused, and what the options for it change. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { generate } from "selfsigned";
import type { RunOptions } from "../../src/core/options.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { contentOf, runList } from "../run/run-list.ts";
import { serveTls, type TlsOptions } from "./serve.ts";

const day = 24 * 60 * 60 * 1000;

type Wanted = { readonly ip?: string; readonly from?: number; readonly to?: number };

async function certificate({ ip = "127.0.0.1", from = -day, to = day }: Wanted): Promise<TlsOptions> {
	const { cert, private: key } = await generate([{ name: "commonName", value: "downspout test" }], {
		keyType: "ec",
		notBeforeDate: new Date(Date.now() + from),
		notAfterDate: new Date(Date.now() + to),
		extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip }] }],
	});
	return { cert, key };
}

const right = await certificate({});
const otherName = await certificate({ ip: "127.0.0.9" });
const expired = await certificate({ from: -2 * day, to: -day });

type Case = {
	readonly name: string;
	readonly server: TlsOptions;
	readonly options: Partial<RunOptions>;
	/** Found in the message; absent where the file is saved. */
	readonly refused?: RegExp;
};

const cases: readonly Case[] = [
	{ name: "an authority that is not known", server: right, options: {}, refused: /SELF_SIGNED/ },
	{
		name: "another authority than the one trusted",
		server: right,
		options: { caCertificate: otherName.cert },
		refused: /SELF_SIGNED/,
	},
	{
		name: "a certificate of another host",
		server: otherName,
		options: { caCertificate: otherName.cert },
		refused: /ALTNAME/,
	},
	{
		name: "a certificate that has expired",
		server: expired,
		options: { caCertificate: expired.cert },
		refused: /EXPIRED/,
	},
	{ name: "the authority of --ca-certificate", server: right, options: { caCertificate: right.cert } },
	{ name: "--insecure and an unknown authority", server: right, options: { insecure: true } },
	{ name: "--insecure, another host and an old date", server: expired, options: { insecure: true } },
];

for (const { name, server, options, refused } of cases) {
	test(`${name}: ${refused ? "tls" : "saved"}`, async (context) => {
		const { outcome, dir } = await download(context, server, options);
		if (!refused) return assert.equal(contentOf(dir, outcome.file ?? ""), "secret");
		assert.equal(outcome.error?.code, "tls");
		assert.match(outcome.error.message, refused);
		assert.match(outcome.error.message, /--ca-certificate/);
		assert.equal(outcome.attempts, 1);
	});
}

async function download(
	context: TestContext,
	server: TlsOptions,
	options: Partial<RunOptions>,
): Promise<{ readonly outcome: Outcome; readonly dir: string }> {
	const { url } = await serveTls(context, server, (_, response) => response.end("secret"));
	const { outcomes, dir } = await runList(context, `${url}/file`, { options });
	const [outcome] = outcomes;
	assert(outcome);
	return { outcome, dir };
}
