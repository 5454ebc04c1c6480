/** What the defaults of a run depend on, looked up in this process and on its disk. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { optionTable } from "../core/option-table.ts";
import { flagOf, quote, readOption } from "../core/read-option.ts";
import type { GivenValues, Surroundings } from "../core/resolve-options.ts";
import { UsageError } from "../core/usage-error.ts";
import { readSecrets } from "./secrets.ts";
import { readVersion } from "./version.ts";

/**
 * Looks around.
 * @throws {UsageError} a file that an option names cannot be read, or holds nothing of the kind.
 */
export async function lookAround(values: GivenValues): Promise<Surroundings> {
	const path = readOption(values.caCertificate, optionTable.caCertificate);
	const { warnings, ...secrets } = await readSecrets(values);
	return {
		version: readVersion(),
		cores: availableParallelism(),
		...(path !== undefined && { caCertificate: await readCertificates(path) }),
		environment: process.env,
		...secrets,
		...(warnings.length > 0 && { warnings }),
	};
}

async function readCertificates(path: string): Promise<string> {
	const flag = flagOf(optionTable.caCertificate);
	const pem = await readFile(path, "utf8").catch((cause: Error) => {
		throw new UsageError(`${flag}: ${quote(path)} cannot be read: ${cause.message}`, { cause });
	});
	try {
		const blocks = pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END/g) ?? [""];
		for (const block of blocks) new X509Certificate(`${block} CERTIFICATE-----`);
	} catch (cause) {
		throw new UsageError(`${flag}: ${quote(path)} holds no certificate in PEM form`, { cause });
	}
	return pem;
}
